/** How often the event loop is looked at, in milliseconds. */
const EVERY_MS = 20;

/**
 * Measures how long the event loop stands still: it is busy, or the whole process is suspended. (`monitorEventLoopDelay` of Node.js
 * begins with its first tick, and a standstill that begins before that is none to it.)
 */
export class Standstill {
  private longest = 0;
  private last = performance.now();
  private readonly timer = setInterval(() => {
    this.look();
  }, EVERY_MS).unref();

  /** @returns the longest one since the beginning, in milliseconds, to about {@link EVERY_MS} */
  end(): number {
    clearInterval(this.timer);
    this.look();
    return this.longest;
  }

  private look(): void {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
  }
}
