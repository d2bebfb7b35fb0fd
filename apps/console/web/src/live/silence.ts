/** How many beats may be missed in a row, as the contract of the feed has it. */
const MAX_MISSED = 3;
/** Until the other side has said how often it beats. */
const BEAT_EVERY_MS = 3000;

/**
 * Tells when the other side has been silent for longer than three of its beats: a connection can be dead without an error.
 * It counts turns of a timer and no time: after a freeze or a jump of the clock, what has come meanwhile is heard first.
 */
export class Silence {
  private timer: ReturnType<typeof setInterval> | undefined;
  private everyMs = BEAT_EVERY_MS;
  private missed = 0;

  constructor(private readonly onSilence: () => void) {}

  /** Something came, or is asked for just now. @param everyMs how often the other side beats, where it has said so */
  heard(everyMs = this.everyMs): void {
    this.missed = 0;
    if (this.timer !== undefined && everyMs === this.everyMs) return;
    this.everyMs = everyMs;
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.missed += 1;
      if (this.missed > MAX_MISSED) this.onSilence();
    }, everyMs);
  }

  /** Listens no longer. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
