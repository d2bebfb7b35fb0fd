/** Something that is to end in time. */
export interface Deadline {
  /** When it passes, by `performance.now()`; set when it begins, 0 when it has ended. */
  atMs: number;
  /** Called when it has passed, unless it was ended. */
  expire(): void;
}

/** Ended deadlines that may stand before the first open one, before their places are given back. */
const MOST_ENDED = 1024;

/**
 * Deadlines that are all the same time away when they begin: they pass in the order in which they began, so one timer,
 * for the first of them, serves all, and those that end in about that order cost next to nothing.
 */
export class Deadlines {
  private queue: Deadline[] = [];
  /** The place of the first that may be open. */
  private first = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param afterMs how long after its beginning each of them passes, in milliseconds */
  constructor(private readonly afterMs: number) {}

  /** How many are kept, open or not. */
  get size(): number {
    return this.queue.length;
  }

  begin<T extends Deadline>(deadline: T): T {
    deadline.atMs = performance.now() + this.afterMs;
    this.queue.push(deadline);
    if (this.timer === undefined) this.arm(this.afterMs);
    return deadline;
  }

  end(deadline: Deadline): void {
    deadline.atMs = 0;
    this.skipEnded();
  }

  private skipEnded(): void {
    while (this.first < this.queue.length && this.queue[this.first]?.atMs === 0) this.first += 1;
    if (this.first === this.queue.length) {
      this.queue.length = 0;
      this.first = 0;
    } else if (this.first > MOST_ENDED) {
      this.queue.splice(0, this.first);
      this.first = 0;
    }
  }

  private arm(ms: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const now = performance.now();
      for (let next = this.queue[this.first]; next; next = this.queue[this.first]) {
        if (next.atMs > now) {
          this.arm(Math.max(1, next.atMs - now));
          return;
        }
        this.end(next);
        next.expire();
      }
    }, ms);
    // What is waited for keeps the process alive by itself, or not at all.
    this.timer.unref();
  }
}
