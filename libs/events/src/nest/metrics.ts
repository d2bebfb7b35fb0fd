import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventsObserver } from '../model/events-observer.js';
import { EventMonitor } from '../operate/event-monitor.js';
import { Partitions } from '../stream/partitions.js';
import { StreamClient } from '../stream/stream-client.js';
import { countObservations } from '../telemetry/event-counters.js';
import { measureGroup } from '../telemetry/group-gauges.js';
import { libraryMeter } from '../telemetry/telemetry.js';
import { EventConsumer } from './event-consumer.js';

/** What is measured beside the operations themselves, for as long as the application runs. */
@Injectable()
export class Metrics implements OnApplicationBootstrap, OnModuleDestroy {
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

  onApplicationBootstrap(): void {
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

  onModuleDestroy(): void {
    this.end();
  }
}
