const SECOND_MS = 1000;

/** Spreads dead letters over time: a burst of `perSecond` at once, then `perSecond` in each second, in the order of asking. */
export class DeadLetterPace {
  private readonly everyMs: number;
  /** When the last turn that was given would end, if all turns came one after the other; by the clock of the caller. */
  private endMs = 0;

  /** @param perSecond how many in each second, and how many at once after a second without any */
  constructor(perSecond: number) {
    this.everyMs = SECOND_MS / perSecond;
  }

  /** @returns how long the caller waits for its turn, in milliseconds; 0 if it need not wait */
  next(nowMs: number): number {
    this.endMs = Math.max(this.endMs, nowMs) + this.everyMs;
    return Math.max(0, this.endMs - SECOND_MS - nowMs);
  }
}
