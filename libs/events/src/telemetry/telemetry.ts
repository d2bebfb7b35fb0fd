import { randomUUID } from 'node:crypto';
import {
  context,
  ROOT_CONTEXT,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Meter,
  type SpanContext,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { domainEventOf } from '../model/domain-event.js';
import { EventValidationError } from '../model/errors/event.js';
import { EventEnvelopeError, EventPayloadError, ProducerOverloadedError } from '../model/errors/publishing.js';
import type { EventToPublish, ProduceOptions } from '../model/event-to-publish.js';
import { fieldOf } from '../model/fields.js';
import {
  NO_INSTRUMENTATION,
  type Instrumentation,
  type SettledFacts,
  type TraceFields,
  type TryFacts,
} from '../model/instrumentation.js';
import {
  ATTEMPT,
  BATCH_MESSAGE_COUNT,
  CONVERSATION_ID,
  ENTRY_ID,
  ERROR_TYPE,
  EVENT_TYPE,
  HANDLER,
  MESSAGE_ID,
  OPERATION_TYPE,
  OperationAttributes,
  PARTITION,
  PROCESS,
  PUBLISH,
  RECEIVE,
  SETTLE,
  type OperationKind,
} from './attributes.js';
import { bounded } from '../log/safe-text.js';
import { isA } from '../model/thrown.js';
import { errorTypeOf } from './error-type.js';
import { Instruments, registeredMeter } from './instruments.js';
import { spanContextIn, SpanOperation } from './span-operation.js';
import { spanContextOf, traceFieldsOf } from './trace-context.js';

/** The instrumentation scope of spans and metrics. */
const SCOPE = 'nestjs-event-streams';

/** Publishers of this library send none that is longer; others may. */
const MAX_CONVERSATION_ID_LENGTH = 256;

/**
 * What a worker, or a producer, tells to OpenTelemetry: by spans, and by measurements of the same operations.
 *
 * Whether anybody listens is decided here, once: an SDK is registered before the application is made, or not at all.
 *
 * @param group of those that consume
 */
export function instrumentationFor(group: string | undefined): Instrumentation {
  const tracer = registeredTracer();
  const meter = libraryMeter();
  return tracer || meter ? new Telemetry(tracer, meter && new Instruments(meter), group) : NO_INSTRUMENTATION;
}

/** The library's meter; undefined where no SDK takes measurements. */
export function libraryMeter(): Meter | undefined {
  return registeredMeter(SCOPE);
}

/** OpenTelemetry's implementation of the port. */
class Telemetry implements Instrumentation {
  readonly isOff = false;
  private readonly attributes: OperationAttributes;
  /** By stream, messages that have gone to Redis in this turn of the event loop. */
  private readonly sentInTurn = new Map<string, number>();

  /** @param partition that the group consumes; undefined where there is only one */
  constructor(
    private readonly tracer: Tracer | undefined,
    private readonly instruments: Instruments | undefined,
    private readonly group: string | undefined,
    private readonly partition?: number,
  ) {
    this.attributes = new OperationAttributes(group);
  }

  ofPartition(partition: number): Telemetry {
    return new Telemetry(this.tracer, this.instruments, this.group, partition);
  }

  /** Events that bring no trace of their own carry that of the operation. */
  async publishing(
    events: readonly EventToPublish[],
    publish: (events: readonly EventToPublish[], operation?: SpanOperation) => Promise<string[]>,
  ): Promise<string[]> {
    if (events.length === 0) return publish(events);
    const streams = events.map(({ event }) => domainEventOf(event).stream);
    const { operation, carried } = this.beginPublishing(events, commonOf(streams));
    try {
      const ids = await operation.until(operation.run(() => publish(carried, operation)));
      for (const stream of streams) this.sent(stream);
      return ids;
    } catch (error) {
      if (!isRefusedUnsent(error)) for (const stream of streams) this.sent(stream, error);
      throw error;
    }
  }

  sent(stream: string, error?: unknown): void {
    if (!this.instruments) return;
    if (error !== undefined) {
      this.instruments.sent.add(1, { ...this.attributes.of(PUBLISH, stream), [ERROR_TYPE]: errorTypeOf(error) });
      return;
    }
    // An SDK takes several microseconds for each call, and handlers' events go to Redis many at a time.
    if (this.sentInTurn.size === 0) setImmediate(this.countSent);
    this.sentInTurn.set(stream, (this.sentInTurn.get(stream) ?? 0) + 1);
  }

  private readonly countSent = (): void => {
    for (const [stream, count] of this.sentInTurn) {
      this.instruments?.sent.add(count, this.attributes.of(PUBLISH, stream));
    }
    this.sentInTurn.clear();
  };

  consumed(stream: string, count: number): void {
    if (count > 0) this.instruments?.consumed.add(count, this.attributes.of(RECEIVE, stream));
  }

  received(stream: string, entries: readonly Pick<SettledFacts, 'fields'>[], started: number): void {
    if (entries.length === 0) return;
    const tookMs = performance.now() - started;
    const links = this.tracer ? linksTo(entries.map(creationContextOf)) : [];
    const startTime = Date.now() - tookMs;
    const options = { attributes: { [BATCH_MESSAGE_COUNT]: entries.length }, links, startTime };
    if (this.tracer) this.startSpan(this.tracer, RECEIVE, stream, options, ROOT_CONTEXT).end();
    this.instruments?.operationDuration.record(tookMs / 1000, this.attributes.of(RECEIVE, stream));
  }

  process({ stream, entryId, event, handler, attempt }: TryFacts): SpanOperation {
    if (!this.tracer) return this.begin(PROCESS, stream);
    const creation = spanContextOf(event);
    const { event_id, event_type, correlation_id } = event;
    const attributes: Attributes = {
      [HANDLER]: handler,
      [ATTEMPT]: attempt,
      [ENTRY_ID]: entryId,
      [MESSAGE_ID]: event_id,
      [EVENT_TYPE]: event_type,
    };
    if (correlation_id !== undefined) attributes[CONVERSATION_ID] = bounded(correlation_id, MAX_CONVERSATION_ID_LENGTH);
    // The link is what the conventions ask for; the parent is what makes one trace of an event and all that follows from it.
    const parent = creation ? trace.setSpanContext(ROOT_CONTEXT, creation) : ROOT_CONTEXT;
    return this.begin(PROCESS, stream, { attributes, links: linksTo([creation]) }, parent);
  }

  settle(settled: readonly SettledFacts[]): SpanOperation {
    const stream = commonOf(settled.map((one) => one.stream));
    if (!this.tracer) return this.begin(SETTLE, stream);
    const links = linksTo(settled.map(creationContextOf));
    const [first] = settled;
    if (settled.length === 1 && first) {
      const { entryId, eventId, operation } = first;
      const attributes: Attributes = { [ENTRY_ID]: entryId };
      if (eventId !== undefined) attributes[MESSAGE_ID] = eventId;
      const tried = spanContextIn(operation);
      const parent = tried ? trace.setSpanContext(ROOT_CONTEXT, tried) : ROOT_CONTEXT;
      return this.begin(SETTLE, stream, { attributes, links }, parent);
    }
    // What is settled together has no one parent.
    return this.begin(SETTLE, stream, { attributes: { [BATCH_MESSAGE_COUNT]: settled.length }, links });
  }

  get activeTrace(): TraceFields | undefined {
    const active = this.tracer && trace.getSpanContext(context.active());
    return isValid(active) ? traceFieldsOf(active) : undefined;
  }

  private beginPublishing(
    events: readonly EventToPublish[],
    stream: string | undefined,
  ): { operation: SpanOperation; carried: readonly EventToPublish[] } {
    const [first] = events;
    // What only a span is told need not be put together where there is none.
    if (!this.tracer || !first) return { operation: this.begin(PUBLISH, stream), carried: events };
    const isSingle = events.length === 1;
    const { eventId = randomUUID() } = optionsOf(first);
    const attributes: Attributes = {};
    if (isSingle) {
      attributes[MESSAGE_ID] = eventId;
      attributes[EVENT_TYPE] = domainEventOf(first.event).type;
      const { correlationId } = optionsOf(first);
      if (correlationId !== undefined) attributes[CONVERSATION_ID] = correlationId;
    } else {
      attributes[BATCH_MESSAGE_COUNT] = events.length;
    }
    // The conventions ask for links to contexts that were made elsewhere.
    const links = linksTo(events.map((event) => spanContextOf(optionsOf(event))));
    const operation = this.begin(PUBLISH, stream, { attributes, links }, context.active());
    const { spanContext } = operation;
    const own = isValid(spanContext) ? traceFieldsOf(spanContext) : {};
    const carried = events.map((event) => {
      const options = optionsOf(event);
      // What is wrong with them is said where the envelope is made.
      if (event.options !== undefined && event.options !== options) return event;
      const trace = options.traceparent === undefined ? own : {};
      return { ...event, options: { ...trace, ...options, ...(isSingle ? { eventId } : {}) } };
    });
    return { operation, carried };
  }

  private begin(
    operation: OperationKind,
    stream: string | undefined,
    options: SpanOptions = {},
    parent: Context = ROOT_CONTEXT,
  ): SpanOperation {
    const span = this.tracer && this.startSpan(this.tracer, operation, stream, options, parent);
    const { instruments } = this;
    const duration = operation === PROCESS ? instruments?.processDuration : instruments?.operationDuration;
    return new SpanOperation(span, duration, this.attributes.of(operation, stream));
  }

  private startSpan(
    tracer: Tracer,
    operation: OperationKind,
    stream: string | undefined,
    { attributes, ...options }: SpanOptions,
    parent: Context,
  ) {
    const { name, type, kind } = operation;
    const common: Attributes = { ...this.attributes.of(operation, stream), [OPERATION_TYPE]: type };
    if (this.partition !== undefined) common[PARTITION] = String(this.partition);
    return tracer.startSpan(
      stream === undefined ? name : `${name} ${stream}`,
      { ...options, kind, attributes: { ...common, ...attributes } },
      parent,
    );
  }
}

/** The tracer of the SDK that is registered; undefined for none. */
function registeredTracer(): Tracer | undefined {
  const provider: TracerProvider & Partial<StandIn> = trace.getTracerProvider();
  // The API's own provider stands in for one that may come later.
  if (provider.getDelegateTracer && provider.getDelegateTracer(SCOPE) === undefined) return undefined;
  return provider.getTracer(SCOPE);
}

/** The API's `ProxyTracerProvider`, by its shape: the global one may be of another copy of the API. */
interface StandIn {
  getDelegateTracer: (scope: string) => Tracer | undefined;
}

/** What a publisher said of an event, if it is what may be said. */
function optionsOf({ options }: { options?: ProduceOptions | null }): ProduceOptions {
  return typeof options === 'object' && options !== null ? options : {};
}

function isValid(one: SpanContext | undefined): one is SpanContext {
  return one !== undefined && trace.isSpanContextValid(one);
}

/** Where an entry's event was made. */
function creationContextOf({ fields }: Pick<SettledFacts, 'fields'>): SpanContext | undefined {
  const traceparent = fields ? fieldOf(fields, 'traceparent') : undefined;
  if (!fields || traceparent === undefined) return undefined;
  return spanContextOf({ traceparent, tracestate: fieldOf(fields, 'tracestate') });
}

function linksTo(contexts: readonly (SpanContext | undefined)[]): Link[] {
  return contexts.flatMap((one) => (one ? [{ context: one }] : []));
}

function commonOf(streams: readonly string[]): string | undefined {
  const [first] = streams;
  return streams.every((stream) => stream === first) ? first : undefined;
}

/** Whether it was thrown before anything was sent. */
function isRefusedUnsent(error: unknown): boolean {
  return (
    isA(error, EventPayloadError) ||
    isA(error, EventValidationError) ||
    isA(error, EventEnvelopeError) ||
    isA(error, ProducerOverloadedError)
  );
}
