/** How far back a rate looks, in milliseconds: events come in batches, which shorter windows would show as peaks. */
const WINDOW_MS = 3000;
/** A number that was not looked at for so long is begun anew. */
const GAP_MS = 10_000;

/** The rate of a number that only grows, from looks at it. */
export class Meter {
  private readonly looks: { atMs: number; value: number }[] = [];

  constructor(private readonly windowMs = WINDOW_MS) {}

  /** @param value null when it is not known, which begins anew; so does one that has become smaller */
  add(atMs: number, value: number | null): void {
    const last = this.looks.at(-1);
    if (value === null || (last && (value < last.value || atMs - last.atMs > GAP_MS))) this.looks.length = 0;
    if (value === null) return;
    this.looks.push({ atMs, value });
    // One that is older than the window stays, so that there is always something to compare with.
    while (this.looks.length > 2 && atMs - (this.looks[1]?.atMs ?? atMs) >= this.windowMs) this.looks.shift();
  }

  /** Null before the second look. */
  get perSecond(): number | null {
    const first = this.looks[0];
    const last = this.looks.at(-1);
    if (!first || !last || last.atMs <= first.atMs) return null;
    return ((last.value - first.value) * 1000) / (last.atMs - first.atMs);
  }
}
