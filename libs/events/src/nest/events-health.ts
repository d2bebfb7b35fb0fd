import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { EVENTS_OPTIONS } from './tokens.js';
import type { ResolvedOptions } from '../options/options.js';
import { EventMonitor } from '../operate/event-monitor.js';
import { EventConsumer } from './event-consumer.js';
import { StreamClient } from '../stream/stream-client.js';
import { EvictionCheck } from '../operate/eviction-check.js';

const PING_TIMEOUT_MS = 2000;

/** Health of Redis and of this process's consumer, for Terminus. */
@Injectable()
export class EventsHealthIndicator {
  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedOptions,
    private readonly indicators: HealthIndicatorService,
    private readonly client: StreamClient,
    private readonly consumer: EventConsumer,
    private readonly monitor: EventMonitor,
    private readonly eviction: EvictionCheck,
  ) {}

  /**
   * Down when Redis does not answer a PING within two seconds, or when this worker's last read or settlement has failed; the
   * message says why. Degraded, with `warning`, while Redis may evict keys; `evictionPolicy` is `unknown` where it does not tell.
   */
  async redis(key = 'redis'): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(key);
    try {
      const started = performance.now();
      await this.client.connection.call((redis) => redis.ping(), PING_TIMEOUT_MS);
      const latencyMs = Math.round((performance.now() - started) * 100) / 100;
      const { trouble } = this.consumer;
      if (trouble !== undefined) return indicator.down(trouble);
      const { policy, warning } = await this.eviction.look(PING_TIMEOUT_MS);
      if (warning !== undefined) return indicator.degraded({ latencyMs, warning });
      return indicator.up({ latencyMs, ...(policy === null && { evictionPolicy: 'unknown' }) });
    } catch (error) {
      return indicator.down((error as Error).message);
    }
  }

  /**
   * Down when a new start may help: when the reading loop has not gone round for longer than a read and its deadline take,
   * when a handler goes on for too long after its time limit (`consumer.overrunMs`), or when Redis does not take the
   * password any more that this process was started with.
   */
  loop(key = 'consumer'): HealthIndicatorResult {
    const indicator = this.indicators.check(key);
    const { signInRefusal } = this.client.connection;
    if (signInRefusal !== undefined) {
      return indicator.down(
        `Redis refuses the password that this process was started with (${signInRefusal}): start it again with the one ` +
          'that counts, or give a function that is asked for it',
      );
    }
    if (!this.consumer.isConsuming) return indicator.up({ consuming: false });
    const { idleMs, held, name } = this.consumer;
    const limitMs = 2 * (this.options.consumer.blockMs + this.options.commandTimeoutMs);
    if (idleMs > limitMs) {
      return indicator.down(
        `the reading loop has stood still for ${String(idleMs)} ms; it should go round in ${String(limitMs)}`,
      );
    }
    const { partitions, stuck } = this.consumer;
    if (stuck !== undefined) return indicator.down(stuck);
    return indicator.up({ name, held, ...(this.options.partitions > 1 && { partitions: partitions.join(', ') }) });
  }

  /**
   * What the group has still to handle, by stream. Degraded, not down, beyond `limit` events, as more workers may help, and while
   * events wait for a worker that handles them (`waiting`, by what they wait for).
   */
  async lag(key = 'lag', limit = 10_000): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(key);
    const { group } = this.options;
    if (group === undefined || !this.consumer.isConsuming) return indicator.up();
    try {
      const entries = await Promise.all(
        this.consumer.streams.map(async (stream) => {
          const [groups, waits] = await Promise.all([this.monitor.groups(stream), this.monitor.waiting(stream, group)]);
          const found = groups.find(({ name }) => name === group);
          if (!found) return [stream, null] as const;
          const waiting = Object.fromEntries(waits.map(({ awaited, count }) => [awaited, count]));
          return [stream, { lag: found.lag, pending: found.pending, ...(waits.length > 0 && { waiting }) }] as const;
        }),
      );
      const behind = entries.some(([, position]) => (position?.lag ?? 0) > limit || position?.waiting !== undefined);
      const details = Object.fromEntries(entries);
      return behind ? indicator.degraded(details) : indicator.up(details);
    } catch (error) {
      return indicator.down((error as Error).message);
    }
  }
}
