import { ValueType, type Counter, type Histogram, type Meter } from '@opentelemetry/api';
import { ERROR_TYPE, PUBLISH, RECEIVE, type OperationAttributes } from './attributes.js';
import { errorTypeOf } from './error-type.js';

/**
 * Bounds of the histograms' buckets, in seconds: those of the conventions, and two smaller ones, since most calls of Redis take less
 * than the first of those.
 */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The counters and histograms of what a worker or a producer does. */
export class Measurements {
  readonly operationDuration: Histogram;
  readonly processDuration: Histogram;
  private readonly sentMessages: Counter;
  private readonly consumedMessages: Counter;
  /** How many messages were sent to Redis in this turn of the event loop, by the stream's name. */
  private readonly sentInTurn = new Map<string, number>();

  constructor(
    meter: Meter,
    private readonly attributes: OperationAttributes,
  ) {
    this.sentMessages = counter(
      meter,
      'messaging.client.sent.messages',
      'Messages that were sent to Redis, or could not be sent',
    );
    this.consumedMessages = counter(
      meter,
      'messaging.client.consumed.messages',
      'Messages that Redis has delivered to this consumer',
    );
    this.operationDuration = duration(
      meter,
      'messaging.client.operation.duration',
      'How long publishing, receiving and settling takes',
    );
    this.processDuration = duration(
      meter,
      'messaging.process.duration',
      'How long one attempt takes, from the call of the handler to the end of its commit',
    );
  }

  sent(streamName: string): void {
    // An SDK takes several microseconds for each call, and handlers' events go to Redis many at a time. Numbers are added up here, where a
    // `Gatherer` would keep each item.
    if (this.sentInTurn.size === 0) setImmediate(this.countSent);
    this.sentInTurn.set(streamName, (this.sentInTurn.get(streamName) ?? 0) + 1);
  }

  notSent(streamName: string, error: unknown): void {
    this.sentMessages.add(1, { ...this.attributes.of(PUBLISH, streamName), [ERROR_TYPE]: errorTypeOf(error) });
  }

  consumed(streamName: string, count: number): void {
    if (count > 0) this.consumedMessages.add(count, this.attributes.of(RECEIVE, streamName));
  }

  received(streamName: string, tookMs: number): void {
    this.operationDuration.record(tookMs / 1000, this.attributes.of(RECEIVE, streamName));
  }

  private readonly countSent = (): void => {
    for (const [name, count] of this.sentInTurn) this.sentMessages.add(count, this.attributes.of(PUBLISH, name));
    this.sentInTurn.clear();
  };
}

/** A counter of messages, unless `unit` says otherwise. */
export function counter(meter: Meter, name: string, description: string, unit = '{message}'): Counter {
  return meter.createCounter(name, { description, unit, valueType: ValueType.INT });
}

function duration(meter: Meter, name: string, description: string): Histogram {
  return meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: BOUNDS } });
}
