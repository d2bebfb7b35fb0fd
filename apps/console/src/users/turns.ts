/** Lets so many works run at once; others wait for their turn. */
export class Turns {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  /** @param atOnce how many run @param waiting how many may wait */
  constructor(
    private readonly atOnce: number,
    private readonly waiting: number,
  ) {}

  /** Runs a work in its turn. @returns undefined where too many wait already: it was not run */
  take<T>(work: () => Promise<T>): Promise<T> | undefined {
    if (this.running >= this.atOnce && this.queue.length >= this.waiting) return undefined;
    return this.run(work);
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) {
      // Whoever leaves hands the turn over.
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
