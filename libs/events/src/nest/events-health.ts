import type { ResolvedOptions } from '../options/options.js';
import type { EventMonitor } from '../operate/event-monitor.js';
import type { EvictionCheck } from '../operate/eviction-check.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { EventConsumer } from './event-consumer.js';

const PING_TIMEOUT_MS = 2000;

/** What was found: `degraded` still works, and an operator should look at it. */
export type HealthFinding =
  | { readonly status: 'up' | 'degraded'; readonly details: Readonly<Record<string, unknown>> }
  | { readonly status: 'down'; readonly message: string };

/**
 * The health of Redis and of this process's consumer, for any framework; `EventsHealthIndicator` of `nestjs-event-streams/terminus`
 * tells Terminus the same.
 */
export class EventsHealth {
  /** @internal */
  constructor(
    private readonly options: ResolvedOptions,
    private readonly client: StreamClient,
    private readonly consumer: EventConsumer,
    private readonly monitor: EventMonitor,
    private readonly eviction: EvictionCheck,
  ) {}

  /**
   * Down when Redis does not answer a PING within two seconds, or when this worker's last read or settlement has failed; the
   * message says why. Degraded, with `warning`, while Redis may evict keys; `evictionPolicy` is `unknown` where it does not tell.
   */
  async redis(): Promise<HealthFinding> {
    try {
      const started = performance.now();
      await this.client.connection.call((link) => link.send(['PING']), PING_TIMEOUT_MS);
      const latencyMs = Math.round((performance.now() - started) * 100) / 100;
      const { trouble } = this.consumer;
      if (trouble !== undefined) return down(trouble);
      const { policy, warning } = await this.eviction.look(PING_TIMEOUT_MS);
      if (warning !== undefined) return { status: 'degraded', details: { latencyMs, warning } };
      return up({ latencyMs, ...(policy === null && { evictionPolicy: 'unknown' }) });
    } catch (error) {
      return down((error as Error).message);
    }
  }

  /**
   * Down when a restart may help: when the reading loop has not gone round for longer than a read and its deadline take, when a
   * handler goes on for too long after its time limit (`consumer.overrunMs`), or when Redis no longer takes the password that this
   * process was started with.
   */
  loop(): HealthFinding {
    const { signInRefusal } = this.client.connection;
    if (signInRefusal !== undefined) {
      return down(
        `Redis refuses the password that this process was started with (${signInRefusal}): start it again with the one ` +
          'that counts, or give a function that is asked for it',
      );
    }
    if (!this.consumer.isConsuming) return up({ consuming: false });
    const { idleMs, inFlight, name, partitions, stuck } = this.consumer;
    const limitMs = 2 * (this.options.consumer.blockMs + this.options.commandTimeoutMs);
    if (idleMs > limitMs) {
      return down(
        `the reading loop has stood still for ${String(idleMs)} ms; it should go round in ${String(limitMs)}`,
      );
    }
    if (stuck !== undefined) return down(stuck);
    return up({ name, inFlight, ...(this.options.partitions > 1 && { partitions: partitions.join(', ') }) });
  }

  /**
   * What the group has still to handle, by stream. Degraded, not down, beyond `limit` events, as more workers may help, and while
   * events wait for a worker that handles them (`waiting`, by what they wait for).
   */
  async lag(limit = 10_000): Promise<HealthFinding> {
    const { group } = this.options;
    if (group === undefined || !this.consumer.isConsuming) return up({});
    try {
      const entries = await Promise.all(
        this.consumer.streams.map(async (streamName) => {
          const [groups, waits] = await Promise.all([
            this.monitor.groups(streamName),
            this.monitor.waiting(streamName, group),
          ]);
          const found = groups.find(({ name }) => name === group);
          if (!found) return [streamName, null] as const;
          const waiting = Object.fromEntries(waits.map(({ awaited, count }) => [awaited, count]));
          return [
            streamName,
            { lag: found.lag, pending: found.pending, ...(waits.length > 0 && { waiting }) },
          ] as const;
        }),
      );
      const isBehind = entries.some(([, position]) => (position?.lag ?? 0) > limit || position?.waiting !== undefined);
      return { status: isBehind ? 'degraded' : 'up', details: Object.fromEntries(entries) };
    } catch (error) {
      return down((error as Error).message);
    }
  }
}

function up(details: Readonly<Record<string, unknown>>): HealthFinding {
  return { status: 'up', details };
}

function down(message: string): HealthFinding {
  return { status: 'down', message };
}
