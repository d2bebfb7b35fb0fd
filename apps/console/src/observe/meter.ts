/** How far back a rate looks, in milliseconds: events come in batches, which shorter windows would show as peaks. */
const WINDOW_MS = 3000;
/** A number that was not looked at for so long is begun anew. */
const GAP_MS = 10_000;
/** Over less than that a rate says nothing: one batch within a few milliseconds is no thousand events a second. */
const LEAST_MS = 900;

/** How a meter looks; all in milliseconds. */
export interface MeterOptions {
  /** How far back. @default 3000 */
  windowMs?: number;
  /** After how long without a look it begins anew. @default 10000 */
  gapMs?: number;
  /** How long it must have looked before it tells a rate. @default 900 */
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
   * @param value null when it is not known, which begins anew; so does one that has become smaller
   * @param everyMs how long it takes until the next look, where that is longer than the gap
   */
  add(atMs: number, value: number | null, everyMs = 0): void {
    const last = this.looks.at(-1);
    const gapMs = Math.max(this.gapMs, 3 * everyMs);
    if (value === null || (last && (value < last.value || atMs - last.atMs > gapMs))) this.looks.length = 0;
    if (value === null) return;
    this.looks.push({ atMs, value });
    // One that is older than the window stays, so that there is always something to compare with.
    while (this.looks.length > 2 && atMs - (this.looks[1]?.atMs ?? atMs) >= this.windowMs) this.looks.shift();
  }

  /** Null before it has looked for long enough. */
  get perSecond(): number | null {
    const first = this.looks[0];
    const last = this.looks.at(-1);
    if (!first || !last || last.atMs - first.atMs < this.leastMs) return null;
    return ((last.value - first.value) * 1000) / (last.atMs - first.atMs);
  }
}
