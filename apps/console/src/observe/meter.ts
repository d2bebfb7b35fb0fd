/** The window of a rate, in milliseconds: events come in batches, which would be peaks in a shorter window. */
const WINDOW_MS = 3000;
/** After a longer gap between two looks, in milliseconds, the meter starts again. */
const GAP_MS = 10_000;
/** The shortest time to measure, in milliseconds: a batch within a few milliseconds is not a rate of thousands a second. */
const LEAST_MS = 900;

/** The times of a meter, all in milliseconds. */
export interface MeterOptions {
  /** The window of the rate. @default 3000 */
  windowMs?: number;
  /** After which gap between two looks it starts again. @default 10000 */
  gapMs?: number;
  /** How long it must have measured before it knows a rate. @default 900 */
  leastMs?: number;
}

/**
 * The rate of a number that only grows, from looks at it. It is smoothed over a window, since the page draws it as a curve; `ratePerSecond`
 * of `EventMonitor` is the change since the last look.
 */
export class Meter {
  private readonly looks: { atMs: number; value: number }[] = [];
  private readonly windowMs: number;
  private readonly gapMs: number;
  private readonly leastMs: number;

  constructor({ windowMs = WINDOW_MS, gapMs = GAP_MS, leastMs = LEAST_MS }: MeterOptions = {}) {
    this.windowMs = windowMs;
    this.gapMs = gapMs;
    this.leastMs = leastMs;
  }

  /**
   * @param value null if it is not known; then the meter starts again, and also if the value has become smaller
   * @param everyMs the time until the next look, if that is longer than the gap
   */
  add(atMs: number, value: number | null, everyMs = 0): void {
    const last = this.looks.at(-1);
    const gapMs = Math.max(this.gapMs, 3 * everyMs);
    if (value === null || (last && (value < last.value || atMs - last.atMs > gapMs))) this.looks.length = 0;
    if (value === null) return;
    this.looks.push({ atMs, value });
    // One look that is older than the window stays, to compare with.
    while (this.looks.length > 2 && atMs - (this.looks[1]?.atMs ?? atMs) >= this.windowMs) this.looks.shift();
  }

  /** Null before it has measured long enough. */
  get perSecond(): number | null {
    const first = this.looks[0];
    const last = this.looks.at(-1);
    if (!first || !last || last.atMs - first.atMs < this.leastMs) return null;
    return ((last.value - first.value) * 1000) / (last.atMs - first.atMs);
  }
}
