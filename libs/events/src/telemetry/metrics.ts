import type { EventsObserver } from '../observe/events-observer.js';
import type { EventMonitor } from '../operate/event-monitor.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import { countObservations } from './event-counters.js';
import { measureGroup } from './group-gauges.js';
import { registeredMeter } from './registered-sdk.js';

/** The consumer that is measured; without a group where an application only publishes. */
export interface MeasuredConsumer {
  readonly group: string | undefined;
  /** Names, without prefix, of the streams that it reads. */
  readonly streams: readonly string[];
}

/** Counts what happens to events. Does nothing without a registered SDK of OpenTelemetry. */
export function countEvents(observer: EventsObserver, partitions: Partitions): void {
  const meter = registeredMeter();
  if (meter) countObservations(meter, observer, (key) => partitions.streamOf(key));
}

/** The counters of what happens to events, and the gauges of a consumer's group. */
export class Metrics {
  private end: () => void = () => undefined;

  constructor(
    observer: EventsObserver,
    partitions: Partitions,
    private readonly consumer: MeasuredConsumer,
    private readonly monitor: EventMonitor,
    private readonly client: StreamClient,
  ) {
    countEvents(observer, partitions);
  }

  /** From now on the gauges have values. */
  start(): void {
    const meter = registeredMeter();
    if (!meter) return;
    const { client, consumer, monitor } = this;
    this.end = measureGroup(meter, {
      get isReachable() {
        return client.connection.isReady;
      },
      get group() {
        return consumer.group;
      },
      get streams() {
        return consumer.streams;
      },
      backlog: (streamName, group) => monitor.backlog(streamName, group),
    });
  }

  stop(): void {
    this.end();
  }
}
