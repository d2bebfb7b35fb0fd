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

/** How much of a correlation id is shown, in characters. This library publishes none that is longer; others may. */
const MAX_CONVERSATION_ID_LENGTH = 256;

/** The spans of what a worker or a producer does: their attributes, parents and links. */
export class Spans {
  /** @param partition the number of the partition that is consumed; undefined where streams have no partitions */
  constructor(
    private readonly tracer: Tracer,
    private readonly attributes: OperationAttributes,
    private readonly partition?: number,
  ) {}

  ofPartition(partition: number): Spans {
    return new Spans(this.tracer, this.attributes, partition);
  }

  /** The trace fields of an event that is published now; undefined if no span is active. */
  get activeTrace(): TraceFields | undefined {
    const active = trace.getSpanContext(context.active());
    return isValid(active) ? traceFieldsOf(active) : undefined;
  }

  /**
   * One call that publishes.
   *
   * @param streamName of all events; undefined if they go to several streams
   * @returns the span, and the events to publish: those without trace fields have the span's
   */
  publish(
    events: readonly EventToPublish[],
    streamName: string | undefined,
  ): { span: Span; carried: EventToPublish[] } {
    const [first] = events;
    const single = events.length === 1 ? first : undefined;
    // A given id is not checked here: a wrong one is refused when the envelope is made.
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
    // The conventions ask for links to the contexts that the events bring with them.
    const links = linksTo(events.map((event) => spanContextOf(optionsOf(event))));
    const span = this.start(PUBLISH, streamName, { attributes, links }, context.active());
    const spanContext = span.spanContext();
    const own = isValid(spanContext) ? traceFieldsOf(spanContext) : {};
    const carried = events.map((event) => {
      const options = optionsOf(event);
      // Wrong options are refused when the envelope is made.
      if (event.options !== undefined && event.options !== options) return event;
      const traceFields = options.traceparent === undefined ? own : {};
      return { ...event, options: { ...traceFields, ...options, ...(single ? { eventId } : {}) } };
    });
    return { span, carried };
  }

  /** A read that has ended. @param startTime in milliseconds since 1970 */
  received(streamName: string, entries: readonly Pick<SettledFacts, 'fields'>[], startTime: number): void {
    const links = linksTo(entries.map(creationContextOf));
    const attributes = { [BATCH_MESSAGE_COUNT]: entries.length };
    this.start(RECEIVE, streamName, { attributes, links, startTime }, ROOT_CONTEXT).end();
  }

  /** One attempt of one handler. */
  process({ stream: streamName, entryId, event, handler, attempt }: AttemptFacts): Span {
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
    return this.start(PROCESS, streamName, { attributes, links: linksTo([creation]) }, contextWith(creation));
  }

  /** One call that settles deliveries. @param streamName of all of them; undefined if they are of several streams */
  settle(settled: readonly SettledFacts[], streamName: string | undefined): Span {
    const links = linksTo(settled.map(creationContextOf));
    const [first] = settled;
    if (settled.length === 1 && first) {
      const { entryId, eventId, operation } = first;
      const attributes: Attributes = { [ENTRY_ID]: entryId };
      if (eventId !== undefined) attributes[MESSAGE_ID] = eventId;
      return this.start(SETTLE, streamName, { attributes, links }, contextWith(spanContextIn(operation)));
    }
    // Deliveries that are settled together have no common parent.
    return this.start(
      SETTLE,
      streamName,
      { attributes: { [BATCH_MESSAGE_COUNT]: settled.length }, links },
      ROOT_CONTEXT,
    );
  }

  private start(
    operation: OperationKind,
    streamName: string | undefined,
    { attributes, ...options }: SpanOptions,
    parent: Context,
  ): Span {
    const { name, type, kind } = operation;
    const common: Attributes = { ...this.attributes.of(operation, streamName), [OPERATION_TYPE]: type };
    if (this.partition !== undefined) common[PARTITION] = String(this.partition);
    return this.tracer.startSpan(
      streamName === undefined ? name : `${name} ${streamName}`,
      { ...options, kind, attributes: { ...common, ...attributes } },
      parent,
    );
  }
}

/** The options of a publish; none where they are no object. */
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
