/** Runs a limited number of tasks at once; others wait in a queue. */
export class TaskLimiter {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  /** @param atOnce how many run @param waiting how many may wait */
  constructor(
    private readonly atOnce: number,
    private readonly waiting: number,
  ) {}

  /** Runs a task when there is room. @returns undefined if the queue is full: the task was not run */
  take<T>(work: () => Promise<T>): Promise<T> | undefined {
    if (this.running >= this.atOnce && this.queue.length >= this.waiting) return undefined;
    return this.run(work);
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) {
      // The next task takes over this place.
      await new Promise<void>((resolve) => this.queue.push(resolve));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
