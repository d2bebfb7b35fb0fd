import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import { duration } from '../log/duration.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';

/** How long the same failure is not logged again, even if it ends and begins again, in milliseconds. */
const SAID_FOR_MS = 60_000;

interface Trouble {
  reason: string;
  /** By the clock of `performance.now()`. */
  since: number;
}

/**
 * What a worker fails at, from the first failure to the next success. Each is logged once, and again when its reason changes; except outages,
 * which the connection reports, and missing groups, which the reader reports.
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

  /** Does something that can be repeated later. @returns undefined when it failed */
  async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      this.succeeded(what);
      return result;
    } catch (error) {
      // An outage, or a missing group, is no trouble of its own.
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
