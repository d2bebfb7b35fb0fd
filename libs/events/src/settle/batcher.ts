interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/** How much goes together. */
export interface BatchLimits<T> {
  /** Items. */
  most: number;
  /** Their weight, all together; one alone may be heavier. @default no limit */
  heaviest?: number;
  weigh?: (item: T) => number;
}

/**
 * Sends what is asked for in one turn of the event loop together: many settlements, one command. While a batch is on its
 * way, what would not fill one waits for its answer, as Nagle's algorithm (RFC 896) has it: alone nobody waits, and the
 * busier the server is the more goes together.
 */
export class Batcher<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private isScheduled = false;
  private underWay = 0;

  /** @param send resolves with one result for each item, in their order */
  constructor(
    private readonly send: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly limits: BatchLimits<T>,
  ) {}

  /** Resolves with the item's own result; rejects when its batch failed. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.underWay === 0 || this.waiting.length >= this.limits.most) this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.sendWaiting);
  }

  private readonly sendWaiting = (): void => {
    this.isScheduled = false;
    const batches = this.cut(this.waiting);
    this.waiting = [];
    for (const batch of batches) {
      // Only the last one can have room.
      if (this.underWay > 0 && batch === batches.at(-1) && batch.length < this.limits.most) this.waiting = batch;
      else void this.flush(batch);
    }
  };

  private cut(all: readonly Waiting<T, R>[]): Waiting<T, R>[][] {
    const { most, heaviest = Infinity, weigh = () => 0 } = this.limits;
    const batches: Waiting<T, R>[][] = [];
    let weight = 0;
    for (const one of all) {
      const own = weigh(one.item);
      weight += own;
      const last = batches.at(-1);
      if (last && last.length < most && weight <= heaviest) {
        last.push(one);
      } else {
        batches.push([one]);
        weight = own;
      }
    }
    return batches;
  }

  private async flush(batch: readonly Waiting<T, R>[]): Promise<void> {
    this.underWay += 1;
    try {
      const results = await this.send(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as R);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.underWay -= 1;
    if (this.underWay === 0 && this.waiting.length > 0) this.schedule();
  }
}
