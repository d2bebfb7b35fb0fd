/** Something that is to end in time. */
export interface Deadline {
  atMs: number;
  expire: () => void;
}

/**
 * Deadlines that are all the same time away when they are set: they pass in the order in which they were set, so one
 * timer, for the first of them, serves all.
 */
export class Deadlines {
  private readonly open = new Set<Deadline>();
  private timer: NodeJS.Timeout | undefined;

  /** @param afterMs how long after it was set each of them passes, in milliseconds */
  constructor(private readonly afterMs: number) {}

  /** @param expire called when the deadline has passed, unless it was {@link end}ed */
  begin(expire: () => void): Deadline {
    const deadline = { atMs: performance.now() + this.afterMs, expire };
    this.open.add(deadline);
    if (this.timer === undefined) this.arm(this.afterMs);
    return deadline;
  }

  end(deadline: Deadline): void {
    this.open.delete(deadline);
  }

  private arm(ms: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const now = performance.now();
      for (const deadline of this.open) {
        if (deadline.atMs > now) {
          this.arm(Math.max(1, deadline.atMs - now));
          return;
        }
        this.open.delete(deadline);
        deadline.expire();
      }
    }, ms);
    // What is waited for keeps the process alive by itself, or not at all.
    this.timer.unref();
  }
}
