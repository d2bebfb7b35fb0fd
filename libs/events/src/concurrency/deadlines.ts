/** Something that is to end in time. */
export interface Deadline {
  /** When it passes, by `performance.now()`; set when it begins, 0 when it has ended. */
  atMs: number;
  /** Called when it has passed, unless it was ended. */
  expire(): void;
  /** Those that began before and after it, as long as they are open; {@link Deadlines} sets them. */
  before?: Deadline | undefined;
  after?: Deadline | undefined;
}

/**
 * Deadlines that are all the same time away when they begin: they pass in the order in which they began, so one timer,
 * for the first of them, serves all. One that has ended is let go at once, whatever is open before it: it may hold all
 * that it was for.
 */
export class Deadlines {
  private first: Deadline | undefined;
  private last: Deadline | undefined;
  private count = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param afterMs how long after its beginning each of them passes, in milliseconds */
  constructor(private readonly afterMs: number) {}

  /** How many are kept: those that are open. */
  get size(): number {
    return this.count;
  }

  begin<T extends Deadline>(deadline: T): T {
    deadline.atMs = performance.now() + this.afterMs;
    deadline.before = this.last;
    if (this.last) this.last.after = deadline;
    else this.first = deadline;
    this.last = deadline;
    this.count += 1;
    if (this.timer === undefined) this.arm(this.afterMs);
    return deadline;
  }

  end(deadline: Deadline): void {
    if (deadline.atMs === 0) return;
    const { before, after } = deadline;
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.last = before;
    // Nothing that is kept elsewhere is to keep its neighbours.
    deadline.before = undefined;
    deadline.after = undefined;
    deadline.atMs = 0;
    this.count -= 1;
  }

  private arm(ms: number): void {
    // What expires may begin another one, which has armed it for later.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const now = performance.now();
      for (let next = this.first; next; next = this.first) {
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
