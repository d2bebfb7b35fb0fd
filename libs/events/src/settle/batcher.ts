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

/** Sends what is asked for in one turn of the event loop together: many settlements, one command. */
export class Batcher<T, R> {
  private waiting: Waiting<T, R>[] = [];

  /** @param send resolves with one result for each item, in their order */
  constructor(
    private readonly send: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly limits: BatchLimits<T>,
  ) {}

  /** Resolves with the item's own result; rejects when its batch failed. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ item, resolve, reject }) > 1) return;
      setImmediate(() => {
        const all = this.waiting;
        this.waiting = [];
        for (const batch of this.cut(all)) void this.flush(batch);
      });
    });
  }

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
    try {
      const results = await this.send(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as R);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
