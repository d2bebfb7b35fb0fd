import type { EventsObserver } from '../model/events-observer.js';
import type { EventMonitor } from '../operate/event-monitor.js';
import type { Partitions } from '../stream/partitions.js';
import type { StreamClient } from '../stream/stream-client.js';
import { countObservations } from '../telemetry/event-counters.js';
import { measureGroup } from '../telemetry/group-gauges.js';
import { libraryMeter } from '../telemetry/telemetry.js';
import type { EventConsumer } from './event-consumer.js';

/** What is measured beside the operations themselves, for as long as the application runs. */
export class Metrics {
  private readonly meter = libraryMeter();
  private end: () => void = () => undefined;

  constructor(
    observer: EventsObserver,
    partitions: Partitions,
    private readonly consumer: EventConsumer,
    private readonly monitor: EventMonitor,
    private readonly client: StreamClient,
  ) {
    if (this.meter) countObservations(this.meter, observer, (key) => partitions.streamOf(key));
  }

  start(): void {
    if (!this.meter) return;
    const { client, consumer, monitor } = this;
    this.end = measureGroup(this.meter, {
      get isReachable() {
        return client.connection.isReady;
      },
      get group() {
        return consumer.group;
      },
      get streams() {
        return consumer.streams;
      },
      backlog: (stream, group) => monitor.backlog(stream, group),
    });
  }

  stop(): void {
    this.end();
  }
}
