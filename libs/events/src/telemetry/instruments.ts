import { createNoopMeter, metrics, ValueType, type Counter, type Histogram, type Meter } from '@opentelemetry/api';

/**
 * Bounds of the histograms' buckets, in seconds: the conventions', and two below, since most of what Redis does takes less
 * than their first.
 */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** What operations are counted and measured by. */
export class Instruments {
  readonly sent: Counter;
  readonly consumed: Counter;
  readonly operationDuration: Histogram;
  readonly processDuration: Histogram;

  constructor(meter: Meter) {
    this.sent = counter(meter, 'messaging.client.sent.messages', 'Messages that were sent to Redis, or tried to be');
    this.consumed = counter(
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
      'How long one try takes, from the call of the handler to the end of its commit',
    );
  }
}

/** A counter of messages, unless `unit` says otherwise. */
export function counter(meter: Meter, name: string, description: string, unit = '{message}'): Counter {
  return meter.createCounter(name, { description, unit, valueType: ValueType.INT });
}

function duration(meter: Meter, name: string, description: string): Histogram {
  return meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: BOUNDS } });
}

/** The meter of the SDK that is registered; undefined for none. */
export function registeredMeter(scope: string): Meter | undefined {
  const meter = metrics.getMeter(scope);
  return meter === createNoopMeter() ? undefined : meter;
}
