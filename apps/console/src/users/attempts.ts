/** How failures of one kind delay the next try. */
export interface AttemptLimits {
  /** So many failures cost no delay. */
  free: number;
  /** The first delay, in milliseconds; each further failure doubles it. */
  firstMs: number;
  longestMs: number;
}

interface Failures {
  count: number;
  lastMs: number;
  untilMs: number;
}

/** After so long without a failure all are forgotten, in milliseconds; longer than any delay. */
const FORGET_MS = 3_600_000;
/** Keys that are remembered; beyond that those that failed longest ago are forgotten. */
const MAX_KEYS = 10_000;

/** Counts failures by a key, and says how long the next try of it has to wait; in bounded memory. */
export class Attempts {
  private readonly failures = new Map<string, Failures>();

  /** @param now a clock in milliseconds that never goes back */
  constructor(
    private readonly limits: AttemptLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** For how many milliseconds nothing of this key is tried; 0 when it may be. */
  waitMs(key: string): number {
    return Math.max(0, (this.failures.get(key)?.untilMs ?? 0) - this.now());
  }

  /** Counts a failure. @returns the delay that begins with it, in milliseconds; 0 for none */
  fail(key: string): number {
    const nowMs = this.now();
    const before = this.failures.get(key);
    const count = (before && nowMs - before.lastMs < FORGET_MS ? before.count : 0) + 1;
    const delayMs = this.delayMs(count);
    // Last of all, so that the first ones are those of longest ago.
    this.failures.delete(key);
    this.failures.set(key, { count, lastMs: nowMs, untilMs: nowMs + delayMs });
    if (this.failures.size > MAX_KEYS) {
      const [oldest] = this.failures.keys();
      if (oldest !== undefined) this.failures.delete(oldest);
    }
    return delayMs;
  }

  /** A failure that was counted beforehand is one: its delay begins now. */
  confirm(key: string): void {
    const failures = this.failures.get(key);
    if (failures) failures.untilMs = Math.max(failures.untilMs, this.now() + this.delayMs(failures.count));
  }

  /** Takes one failure back: what was counted beforehand was none. */
  undo(key: string): void {
    const failures = this.failures.get(key);
    if (!failures) return;
    failures.count -= 1;
    failures.untilMs = 0;
    if (failures.count <= 0) this.failures.delete(key);
  }

  /** Forgets what failed. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  private delayMs(count: number): number {
    const { free, firstMs, longestMs } = this.limits;
    return count < free ? 0 : Math.min(longestMs, firstMs * 2 ** Math.min(count - free, 30));
  }
}
