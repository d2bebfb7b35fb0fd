import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import { duration } from '../log/duration.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';

/** How long the same failure is not said again, however often it comes and goes, in milliseconds. */
const SAID_FOR_MS = 60_000;

interface Trouble {
  reason: string;
  /** By the clock of `performance.now()`. */
  since: number;
}

/**
 * What a worker fails at: from the first failure to the next success. Each is logged once, and again when its reason changes;
 * but the connection reports an outage, and the reader a missing group.
 */
export class Troubles {
  private readonly logger = new SafeLogger(WORKER);
  private readonly open = new Map<string, Trouble>();
  private readonly said = new Map<string, Trouble>();

  /** @param what such as `Reading` */
  failed(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const now = performance.now();
    const isNew = this.open.get(what)?.reason !== reason;
    this.open.set(what, { reason, since: this.open.get(what)?.since ?? now });
    if (!isNew || isOutage(error) || isGroupMissing(error)) return;
    const said = this.said.get(what);
    if (said?.reason === reason && now - said.since < SAID_FOR_MS) return;
    this.said.set(what, { reason, since: now });
    this.logger.error(`${what} failed: ${reason}. Trying again`);
  }

  /** Does something that may be done again later. @returns undefined when it failed; an outage, or a missing group, is no trouble of its own */
  async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      this.succeeded(what);
      return result;
    } catch (error) {
      // The connection reports an outage, and the reader a missing group.
      if (!isOutage(error) && !isGroupMissing(error)) this.failed(what, error);
      return undefined;
    }
  }

  succeeded(what: string): void {
    if (this.open.size > 0) this.open.delete(what);
  }

  /** What fails, since when and why, in words; undefined while nothing does. */
  get current(): string | undefined {
    const [first] = this.open;
    if (!first) return undefined;
    const [what, { reason, since }] = first;
    return `${what} has failed for ${duration(performance.now() - since)}: ${reason}`;
  }
}
