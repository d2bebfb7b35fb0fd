import type { Histogram } from '@opentelemetry/api';
import { domainEventOf } from '../model/domain-event.js';
import { EventValidationError } from '../model/errors/event.js';
import { EventEnvelopeError, EventPayloadError, ProducerOverloadedError } from '../model/errors/publishing.js';
import type { EventToPublish } from '../model/event-to-publish.js';
import {
  NO_INSTRUMENTATION,
  type Instrumentation,
  type SettledFacts,
  type TraceFields,
  type AttemptFacts,
} from '../model/instrumentation.js';
import { isA } from '../model/thrown.js';
import { OperationAttributes, PROCESS, PUBLISH, SETTLE } from './attributes.js';
import { Measurements } from './measurements.js';
import { registeredMeter, registeredTracer } from './registered-sdk.js';
import { SpanOperation } from './span-operation.js';
import { Spans } from './spans.js';

/**
 * Tells OpenTelemetry what a worker or a producer does, by spans and by metrics.
 *
 * Whether an SDK is registered is looked at here, once: one that is registered later gets nothing.
 *
 * @param group the consumer group; undefined for a process that only publishes
 */
export function instrumentationFor(group: string | undefined): Instrumentation {
  const tracer = registeredTracer();
  const meter = registeredMeter();
  if (!tracer && !meter) return NO_INSTRUMENTATION;
  const attributes = new OperationAttributes(group);
  return new Telemetry(
    attributes,
    tracer && new Spans(tracer, attributes),
    meter && new Measurements(meter, attributes),
  );
}

/** The port's implementation for OpenTelemetry. */
class Telemetry implements Instrumentation {
  readonly isOff = false;
  private readonly operationDuration: Histogram | undefined;
  private readonly processDuration: Histogram | undefined;

  constructor(
    private readonly attributes: OperationAttributes,
    private readonly spans: Spans | undefined,
    private readonly measurements: Measurements | undefined,
  ) {
    this.operationDuration = measurements?.operationDuration;
    this.processDuration = measurements?.processDuration;
  }

  ofPartition(partition: number): Telemetry {
    return new Telemetry(this.attributes, this.spans?.ofPartition(partition), this.measurements);
  }

  get activeTrace(): TraceFields | undefined {
    return this.spans?.activeTrace;
  }

  async publishing(
    events: readonly EventToPublish[],
    publish: (events: readonly EventToPublish[], operation?: SpanOperation) => Promise<string[]>,
  ): Promise<string[]> {
    if (events.length === 0) return publish(events);
    const streamNames = events.map(({ event }) => domainEventOf(event).stream);
    const common = commonOf(streamNames);
    const { span, carried = events } = this.spans?.publish(events, common) ?? {};
    const operation = new SpanOperation(span, this.operationDuration, this.attributes.of(PUBLISH, common));
    try {
      const ids = await operation.until(operation.run(() => publish(carried, operation)));
      for (const streamName of streamNames) this.measurements?.sent(streamName);
      return ids;
    } catch (error) {
      if (!isRefusedUnsent(error)) for (const name of streamNames) this.measurements?.notSent(name, error);
      throw error;
    }
  }

  sent(streamName: string): void {
    this.measurements?.sent(streamName);
  }

  consumed(streamName: string, count: number): void {
    this.measurements?.consumed(streamName, count);
  }

  received(streamName: string, entries: readonly Pick<SettledFacts, 'fields'>[], started: number): void {
    if (entries.length === 0) return;
    const tookMs = performance.now() - started;
    this.spans?.received(streamName, entries, Date.now() - tookMs);
    this.measurements?.received(streamName, tookMs);
  }

  process(facts: AttemptFacts): SpanOperation {
    const span = this.spans?.process(facts);
    return new SpanOperation(span, this.processDuration, this.attributes.of(PROCESS, facts.stream));
  }

  settle(settled: readonly SettledFacts[]): SpanOperation {
    const streamName = commonOf(settled.map((one) => one.stream));
    const span = this.spans?.settle(settled, streamName);
    return new SpanOperation(span, this.operationDuration, this.attributes.of(SETTLE, streamName));
  }
}

/** The stream that all of them name; undefined if there is none. */
function commonOf(streamNames: readonly string[]): string | undefined {
  const [first] = streamNames;
  return streamNames.every((name) => name === first) ? first : undefined;
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
