import { ValueType, type Counter, type Histogram, type Meter } from '@opentelemetry/api';
import { ERROR_TYPE, PUBLISH, RECEIVE, type OperationAttributes } from './attributes.js';
import { errorTypeOf } from './error-type.js';

/**
 * Bounds of the histograms' buckets, in seconds: the conventions', and two below, since most of what Redis does takes less
 * than their first.
 */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** What is counted and measured of what a worker, or a producer, does. */
export class Measurements {
  readonly operationDuration: Histogram;
  readonly processDuration: Histogram;
  private readonly sentMessages: Counter;
  private readonly consumedMessages: Counter;
  /** By stream, messages that have gone to Redis in this turn of the event loop. */
  private readonly sentInTurn = new Map<string, number>();

  constructor(
    meter: Meter,
    private readonly attributes: OperationAttributes,
  ) {
    this.sentMessages = counter(
      meter,
      'messaging.client.sent.messages',
      'Messages that were sent to Redis, or tried to be',
    );
    this.consumedMessages = counter(
      meter,
      'messaging.client.consumed.messages',
      'Messages that Redis has given to this consumer',
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

  sent(stream: string): void {
    // An SDK takes several microseconds for each call, and handlers' events go to Redis many at a time. Numbers are added up here, where a
    // `Gatherer` would keep each item.
    if (this.sentInTurn.size === 0) setImmediate(this.countSent);
    this.sentInTurn.set(stream, (this.sentInTurn.get(stream) ?? 0) + 1);
  }

  notSent(stream: string, error: unknown): void {
    this.sentMessages.add(1, { ...this.attributes.of(PUBLISH, stream), [ERROR_TYPE]: errorTypeOf(error) });
  }

  consumed(stream: string, count: number): void {
    if (count > 0) this.consumedMessages.add(count, this.attributes.of(RECEIVE, stream));
  }

  received(stream: string, tookMs: number): void {
    this.operationDuration.record(tookMs / 1000, this.attributes.of(RECEIVE, stream));
  }

  private readonly countSent = (): void => {
    for (const [stream, count] of this.sentInTurn) this.sentMessages.add(count, this.attributes.of(PUBLISH, stream));
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
