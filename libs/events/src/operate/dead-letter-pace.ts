const SECOND_MS = 1000;

/** Spreads dead letters over time: so many at once, and after that so many in a second. Each that asks has its turn. */
export class DeadLetterPace {
  private readonly everyMs: number;
  /** When all that had their turn so far would have had it one after the other, by the clock of the caller. */
  private endMs = 0;

  /** @param perSecond how many in a second, and how many at once after a second without any */
  constructor(perSecond: number) {
    this.everyMs = SECOND_MS / perSecond;
  }

  /** @returns how long to wait for this turn, in milliseconds; 0 for not at all */
  next(nowMs: number): number {
    this.endMs = Math.max(this.endMs, nowMs) + this.everyMs;
    return Math.max(0, this.endMs - SECOND_MS - nowMs);
  }
}
