/** How many beats in a row may be missing, see the contract of the feed. */
const MAX_MISSED = 3;
/** The interval until the first beat gives it, in milliseconds. */
const BEAT_EVERY_MS = 3000;

/**
 * Detects that the other side has been silent for more than three beats: a connection can be dead without an error. It counts ticks of a
 * timer instead of time, so that after a freeze or a jump of the clock the messages that arrived meanwhile are processed first.
 */
export class Silence {
  private timer: ReturnType<typeof setInterval> | undefined;
  private everyMs = BEAT_EVERY_MS;
  private missed = 0;

  constructor(private readonly onSilence: () => void) {}

  /** A message arrived, or a connection was just opened. @param everyMs the interval of the beats, if the message has it */
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

  /** Stops the timer. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
