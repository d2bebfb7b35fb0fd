/** How failures delay the next attempt. */
export interface AttemptLimits {
  /** How many failures cause no delay. */
  free: number;
  /** The first delay, in milliseconds; each further failure doubles it. */
  firstMs: number;
  maxMs: number;
}

interface Failures {
  count: number;
  lastMs: number;
  untilMs: number;
}

/** After how long without a failure a key is removed, in milliseconds; longer than any delay. */
const FORGET_MS = 3_600_000;
/** How many keys are kept; beyond that, the keys whose last failure is oldest are removed. */
const MAX_KEYS = 10_000;

/** Counts failures by key, and computes how long the next attempt must wait. Its memory is bounded. */
export class Attempts {
  private readonly failures = new Map<string, Failures>();

  /** @param now a monotonic clock in milliseconds */
  constructor(
    private readonly limits: AttemptLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How many milliseconds this key must wait; 0 if it may try now. */
  waitMs(key: string): number {
    return Math.max(0, (this.failures.get(key)?.untilMs ?? 0) - this.now());
  }

  /** Counts a failure. @returns the delay that begins with it, in milliseconds; 0 for none */
  fail(key: string): number {
    const nowMs = this.now();
    const before = this.failures.get(key);
    const count = (before && nowMs - before.lastMs < FORGET_MS ? before.count : 0) + 1;
    const delayMs = this.delayMs(count);
    // Moves the key to the end, so that the keys are sorted by their last failure.
    this.failures.delete(key);
    this.failures.set(key, { count, lastMs: nowMs, untilMs: nowMs + delayMs });
    if (this.failures.size > MAX_KEYS) {
      const [oldest] = this.failures.keys();
      if (oldest !== undefined) this.failures.delete(oldest);
    }
    return delayMs;
  }

  /** Confirms a failure that was counted in advance: its delay begins now. */
  confirm(key: string): void {
    const failures = this.failures.get(key);
    if (failures) failures.untilMs = Math.max(failures.untilMs, this.now() + this.delayMs(failures.count));
  }

  /** Takes back a failure that was counted in advance. */
  undo(key: string): void {
    const failures = this.failures.get(key);
    if (!failures) return;
    failures.count -= 1;
    failures.untilMs = 0;
    if (failures.count <= 0) this.failures.delete(key);
  }

  /** Removes all failures of a key. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  private delayMs(count: number): number {
    const { free, firstMs, maxMs } = this.limits;
    return count < free ? 0 : Math.min(maxMs, firstMs * 2 ** Math.min(count - free, 30));
  }
}
