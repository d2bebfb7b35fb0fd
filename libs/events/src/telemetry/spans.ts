import { randomUUID } from 'node:crypto';
import {
  context,
  ROOT_CONTEXT,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { bounded } from '../log/safe-text.js';
import { domainEventOf } from '../model/domain-event.js';
import type { EventToPublish, ProduceOptions } from '../model/event-to-publish.js';
import type { SettledFacts, TraceFields, AttemptFacts } from '../model/instrumentation.js';
import {
  ATTEMPT,
  BATCH_MESSAGE_COUNT,
  CONVERSATION_ID,
  ENTRY_ID,
  EVENT_TYPE,
  HANDLER,
  MESSAGE_ID,
  OPERATION_TYPE,
  PARTITION,
  PROCESS,
  PUBLISH,
  RECEIVE,
  SETTLE,
  type OperationAttributes,
  type OperationKind,
} from './attributes.js';
import { spanContextIn } from './span-operation.js';
import { creationContextOf, spanContextOf, traceFieldsOf } from './trace-context.js';

/** Publishers of this library send none that is longer; others may. */
const MAX_CONVERSATION_ID_LENGTH = 256;

/** The spans of what a worker, or a producer, does: their attributes, parents and links. */
export class Spans {
  /** @param partition that the group consumes; undefined where there is only one */
  constructor(
    private readonly tracer: Tracer,
    private readonly attributes: OperationAttributes,
    private readonly partition?: number,
  ) {}

  ofPartition(partition: number): Spans {
    return new Spans(this.tracer, this.attributes, partition);
  }

  /** What an event that is made now carries; undefined where no span is active. */
  get activeTrace(): TraceFields | undefined {
    const active = trace.getSpanContext(context.active());
    return isValid(active) ? traceFieldsOf(active) : undefined;
  }

  /**
   * One call that publishes.
   *
   * @param stream of all events; undefined where they are of several
   * @returns also the events as they go on: those without a trace of their own carry that of the span
   */
  publish(events: readonly EventToPublish[], stream: string | undefined): { span: Span; carried: EventToPublish[] } {
    const [first] = events;
    const single = events.length === 1 ? first : undefined;
    // Only for what is missing: an id that cannot be is refused where the envelope is made.
    const { eventId = randomUUID() } = single ? optionsOf(single) : {};
    const attributes: Attributes = {};
    if (single) {
      attributes[MESSAGE_ID] = eventId;
      attributes[EVENT_TYPE] = domainEventOf(single.event).type;
      const { correlationId } = optionsOf(single);
      if (correlationId !== undefined) attributes[CONVERSATION_ID] = correlationId;
    } else {
      attributes[BATCH_MESSAGE_COUNT] = events.length;
    }
    // The conventions ask for links to contexts that were made elsewhere.
    const links = linksTo(events.map((event) => spanContextOf(optionsOf(event))));
    const span = this.start(PUBLISH, stream, { attributes, links }, context.active());
    const spanContext = span.spanContext();
    const own = isValid(spanContext) ? traceFieldsOf(spanContext) : {};
    const carried = events.map((event) => {
      const options = optionsOf(event);
      // What is wrong with them is said where the envelope is made.
      if (event.options !== undefined && event.options !== options) return event;
      const traceFields = options.traceparent === undefined ? own : {};
      return { ...event, options: { ...traceFields, ...options, ...(single ? { eventId } : {}) } };
    });
    return { span, carried };
  }

  /** A read that has ended. @param startTime in milliseconds since 1970 */
  received(stream: string, entries: readonly Pick<SettledFacts, 'fields'>[], startTime: number): void {
    const links = linksTo(entries.map(creationContextOf));
    const attributes = { [BATCH_MESSAGE_COUNT]: entries.length };
    this.start(RECEIVE, stream, { attributes, links, startTime }, ROOT_CONTEXT).end();
  }

  /** One attempt of one handler. */
  process({ stream, entryId, event, handler, attempt }: AttemptFacts): Span {
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
    return this.start(PROCESS, stream, { attributes, links: linksTo([creation]) }, contextWith(creation));
  }

  /** One call that settles deliveries. @param stream of all of them; undefined where they are of several */
  settle(settled: readonly SettledFacts[], stream: string | undefined): Span {
    const links = linksTo(settled.map(creationContextOf));
    const [first] = settled;
    if (settled.length === 1 && first) {
      const { entryId, eventId, operation } = first;
      const attributes: Attributes = { [ENTRY_ID]: entryId };
      if (eventId !== undefined) attributes[MESSAGE_ID] = eventId;
      return this.start(SETTLE, stream, { attributes, links }, contextWith(spanContextIn(operation)));
    }
    // What is settled together has no one parent.
    return this.start(SETTLE, stream, { attributes: { [BATCH_MESSAGE_COUNT]: settled.length }, links }, ROOT_CONTEXT);
  }

  private start(
    operation: OperationKind,
    stream: string | undefined,
    { attributes, ...options }: SpanOptions,
    parent: Context,
  ): Span {
    const { name, type, kind } = operation;
    const common: Attributes = { ...this.attributes.of(operation, stream), [OPERATION_TYPE]: type };
    if (this.partition !== undefined) common[PARTITION] = String(this.partition);
    return this.tracer.startSpan(
      stream === undefined ? name : `${name} ${stream}`,
      { ...options, kind, attributes: { ...common, ...attributes } },
      parent,
    );
  }
}

/** What a publisher said of an event, if it is what may be said. */
function optionsOf({ options }: { options?: ProduceOptions | null }): ProduceOptions {
  return typeof options === 'object' && options !== null ? options : {};
}

function isValid(one: SpanContext | undefined): one is SpanContext {
  return one !== undefined && trace.isSpanContextValid(one);
}

function contextWith(parent: SpanContext | undefined): Context {
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

function linksTo(contexts: readonly (SpanContext | undefined)[]): Link[] {
  return contexts.flatMap((one) => (one ? [{ context: one }] : []));
}
