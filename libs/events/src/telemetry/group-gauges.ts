import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import { CONSUMER_GROUP, DESTINATION, REDIS } from './attributes.js';

/** The group that the gauges measure, each time that metrics are collected. */
export interface MeasuredGroup {
  /** Whether Redis can be asked now. */
  readonly isReachable: boolean;
  /** Undefined for a process that consumes nothing. */
  readonly group: string | undefined;
  /** Names, without prefix, of the streams that it reads. */
  readonly streams: readonly string[];
  /** @returns null for a stream that the group does not read yet */
  backlog(streamName: string, group: string): Promise<MeasuredBacklog | null>;
}

/** How far a group is behind on a stream. */
export interface MeasuredBacklog {
  /** Events that it has not been given yet; null where Redis does not know it. */
  lag: number | null;
  /** Age of the oldest of them, in milliseconds. */
  lagMs: number;
  /** Events that it was given and has not settled. */
  pending: number;
  /** Age of the oldest of them, in milliseconds. */
  oldestPendingMs: number;
}

/**
 * Gauges of how far a group is behind. Redis is asked only when metrics are collected; while it is away, there are no values.
 *
 * @returns a function that ends the gauges
 */
export function measureGroup(meter: Meter, measured: MeasuredGroup): () => void {
  const gauge = (name: string, unit: string, description: string): Observable =>
    meter.createObservableGauge(`messaging.redis.group.${name}`, { unit, description });
  const lag = gauge('lag', '{message}', 'Messages that the group has not been given yet');
  const lagTime = gauge('lag.time', 's', 'Age of the oldest message that the group has not been given yet');
  const pending = gauge('pending', '{message}', 'Messages that the group was given and has not settled');
  const oldestPending = gauge('oldest_pending.age', 's', 'Age of the oldest message that the group has not settled');

  const observe: BatchObservableCallback = async (result) => {
    // A scrape must not wait for a Redis that is away.
    if (!measured.isReachable) return;
    const { group, streams } = measured;
    if (group === undefined) return;
    const looks = streams.map(async (streamName) => {
      const backlog = await measured.backlog(streamName, group);
      if (!backlog) return;
      const attributes = { ...REDIS, [DESTINATION]: streamName, [CONSUMER_GROUP]: group };
      // Redis does not always know it, which is not 0.
      if (backlog.lag !== null) result.observe(lag, backlog.lag, attributes);
      result.observe(lagTime, backlog.lagMs / 1000, attributes);
      result.observe(pending, backlog.pending, attributes);
      result.observe(oldestPending, backlog.oldestPendingMs / 1000, attributes);
    });
    // If one stream cannot be asked, the others still have values.
    await Promise.allSettled(looks);
  };
  const gauges = [lag, lagTime, pending, oldestPending];
  meter.addBatchObservableCallback(observe, gauges);
  return () => {
    meter.removeBatchObservableCallback(observe, gauges);
  };
}
