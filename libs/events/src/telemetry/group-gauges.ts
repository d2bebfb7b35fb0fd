import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { BatchObservableCallback, Observable } from '@opentelemetry/api';
import { EventMonitor } from '../operate/event-monitor.js';
import { EventConsumer } from '../nest/event-consumer.js';
import { StreamClient } from '../stream/stream-client.js';
import { CONSUMER_GROUP, DESTINATION, REDIS } from './attributes.js';
import { Telemetry } from './telemetry.js';

/**
 * How far this process's group is behind on the streams that it reads. Redis is asked only when somebody collects, five
 * commands for each stream, or partition of one, seldom more; while it is away there are no values.
 */
@Injectable()
export class GroupGauges implements OnApplicationBootstrap, OnModuleDestroy {
  private end: () => void = () => undefined;

  constructor(
    private readonly telemetry: Telemetry,
    private readonly consumer: EventConsumer,
    private readonly monitor: EventMonitor,
    private readonly client: StreamClient,
  ) {}

  onApplicationBootstrap(): void {
    const { meter } = this.telemetry;
    if (!meter) return;
    const gauge = (name: string, unit: string, description: string): Observable =>
      meter.createObservableGauge(`messaging.redis.group.${name}`, { unit, description });
    const lag = gauge('lag', '{message}', 'Messages that the group has not been given yet');
    const lagTime = gauge('lag.time', 's', 'Age of the oldest message that the group has not been given yet');
    const pending = gauge('pending', '{message}', 'Messages that the group was given and has not settled');
    const oldestPending = gauge('oldest_pending.age', 's', 'Age of the oldest message that the group has not settled');

    const observe: BatchObservableCallback = async (result) => {
      // A scrape must not wait for a Redis that is away.
      if (!this.client.connection.isReady) return;
      const { group, streams } = this.consumer;
      if (group === undefined) return;
      const looks = streams.map(async (stream) => {
        const backlog = await this.monitor.backlog(stream, group);
        if (!backlog) return;
        const attributes = { ...REDIS, [DESTINATION]: stream, [CONSUMER_GROUP]: group };
        // Redis does not always know it, which is not 0.
        if (backlog.lag !== null) result.observe(lag, backlog.lag, attributes);
        result.observe(lagTime, backlog.lagMs / 1000, attributes);
        result.observe(pending, backlog.pending, attributes);
        result.observe(oldestPending, backlog.oldestPendingMs / 1000, attributes);
      });
      // What one stream does not tell is no reason to miss the others.
      await Promise.allSettled(looks);
    };
    const gauges = [lag, lagTime, pending, oldestPending];
    meter.addBatchObservableCallback(observe, gauges);
    this.end = () => {
      meter.removeBatchObservableCallback(observe, gauges);
    };
  }

  onModuleDestroy(): void {
    this.end();
  }
}
