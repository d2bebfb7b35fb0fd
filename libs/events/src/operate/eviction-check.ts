import type { EventsObserver } from '../observe/events-observer.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { StreamClient } from '../stream/clients/stream-client.js';

/** How often Redis is asked, besides at the start, after each reconnect, and by the health indicator, in milliseconds. */
const EVERY_MS = 60_000;

/** The one policy under which Redis takes nothing away when its memory is full. */
const SAFE = 'noeviction';

/**
 * Warns if Redis may evict keys. Under the policies `volatile-*` and `allkeys-*` the memory of idempotency keys and producers, leases
 * and counts are evicted first; then events are published or handled twice.
 */
export class EvictionCheck {
  private readonly logger = new SafeLogger('EventsModule');
  private timer: NodeJS.Timeout | undefined;
  private known: string | undefined;

  constructor(
    private readonly streams: StreamClient,
    private readonly client: MonitorClient,
    private readonly observer: EventsObserver,
  ) {}

  /** Looks now, after each reconnect, and once a minute. If Redis is away now, the start does not wait for it. */
  start(): void {
    const look = (): void => void this.look().catch(() => undefined);
    this.streams.connection.onReconnect(look);
    this.timer = setInterval(look, EVERY_MS).unref();
    look();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /**
   * Asks Redis, and logs a warning that was not logged yet.
   *
   * @returns `warning` undefined if nothing is wrong; `policy` null if Redis does not tell
   * @throws RedisUnavailableError
   */
  async look(timeoutMs?: number): Promise<{ policy: string | null; warning: string | undefined }> {
    const policy = await this.client.evictionPolicy(timeoutMs);
    if (policy === null || policy === SAFE) {
      this.known = policy ?? this.known;
      return { policy, warning: undefined };
    }
    const warning =
      `Redis evicts keys when its memory is full (maxmemory-policy ${policy}): what tells a repeated publish from a new one ` +
      `goes first, and events are published or handled twice. Set maxmemory-policy to ${SAFE}`;
    if (policy !== this.known) {
      this.known = policy;
      this.logger.warn(warning);
      this.observer.emit({ kind: 'eviction-warning', address: this.streams.connection.address, policy });
    }
    return { policy, warning };
  }
}
