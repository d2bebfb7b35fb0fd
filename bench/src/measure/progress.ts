import type { Child } from './child.js';

/** How many events all workers of a measurement have handled together. */
export class Progress {
  private workers: readonly Child[] = [];
  private readonly counts = new Map<Child, number>();
  private waiting: { count: number; resolve: () => void }[] = [];

  /** Undefined until a worker has reported something. */
  get handled(): number | undefined {
    return this.counts.size === 0 ? undefined : this.sum();
  }

  follow(workers: readonly Child[]): void {
    this.workers = workers;
    for (const worker of workers) {
      worker.on('progress', ({ count }) => {
        this.counts.set(worker, count);
        this.resolveReached();
      });
    }
  }

  /** Resolves when all together have handled so many; rejects if a worker exits before. */
  reached(count: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.waiting.push({ count, resolve });
    });
    this.resolveReached();
    return Promise.race([reached, ...this.workers.map(({ failed }) => failed)]);
  }

  private resolveReached(): void {
    const sum = this.sum();
    for (const { count, resolve } of this.waiting) if (sum >= count) resolve();
    this.waiting = this.waiting.filter(({ count }) => sum < count);
  }

  private sum(): number {
    return [...this.counts.values()].reduce((total, count) => total + count, 0);
  }
}
