import { duration } from '../log/duration.js';
import { SafeLogger } from '../log/safe-logger.js';

/** How long nothing must have been refused before Redis counts as serving again: what it refuses is repeated sooner. */
const QUIET_MS = 3000;

/** Redis is away, or it is there and refuses. */
export interface Outage {
  /** Host and port: `127.0.0.1:6379`. */
  address: string;
  /** `unreachable`, or what Redis refuses with: `LOADING`, `READONLY`, `OOM`, … */
  reason: string;
}

/** Whoever wants to know. */
export interface OutageListener {
  began?: (outage: Outage) => void;
  /** @param durationMs from the first sign of trouble to the last, in milliseconds */
  ended?: (outage: Outage, durationMs: number) => void;
}

/**
 * Says once that Redis is away or refuses to serve, and once that it is back, however many connections and calls notice
 * it and however often they try.
 */
export class OutageWatch {
  private readonly logger: SafeLogger;
  private readonly down = new Set<object>();
  private outage: Outage | undefined;
  /** Both by the clock of `performance.now()`, which nobody sets back. */
  private beganMs = 0;
  private lastRefusalMs = -Infinity;

  /** @param name who says it in the log */
  constructor(
    name: string,
    private readonly listener: OutageListener = {},
  ) {
    this.logger = new SafeLogger(name);
  }

  /** A connection could not be made, or was lost. */
  isDown(connection: object, address: string, why: string): void {
    this.down.add(connection);
    this.begin({ address, reason: 'unreachable' }, `is unavailable: ${why}. Trying again until it is back`);
  }

  /** A connection is ready. */
  isUp(connection: object): void {
    this.down.delete(connection);
    this.endIfOver();
  }

  /** A connection is given up: it will never be ready again. */
  forget(connection: object): void {
    this.down.delete(connection);
  }

  /** Redis answered that it does not serve at present. */
  refused(address: string, message: string): void {
    this.lastRefusalMs = performance.now();
    const reason = message.split(' ', 1)[0] ?? '';
    this.begin({ address, reason }, `refuses: ${message.replace(/\.$/, '')}. Waiting until it serves again`);
  }

  /** Redis did what it was asked for. */
  served(): void {
    this.endIfOver();
  }

  private begin(outage: Outage, what: string): void {
    if (this.outage) return;
    this.outage = outage;
    this.beganMs = performance.now();
    this.logger.warn(`Redis at ${outage.address} ${what}`);
    this.listener.began?.(outage);
  }

  private endIfOver(): void {
    const now = performance.now();
    if (!this.outage || this.down.size > 0 || now - this.lastRefusalMs < QUIET_MS) return;
    const isRefusal = this.outage.reason !== 'unreachable';
    const durationMs = (isRefusal ? this.lastRefusalMs : now) - this.beganMs;
    this.logger.log(`Redis at ${this.outage.address} is back after ${duration(durationMs)}`);
    this.listener.ended?.(this.outage, durationMs);
    this.outage = undefined;
  }
}
