interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/** Sends what is asked for in one turn of the event loop together: many settlements, one command. */
export class Batcher<T, R> {
  private waiting: Waiting<T, R>[] = [];

  /**
   * @param send resolves with one result for each item, in their order
   * @param largest how many items go together at most
   */
  constructor(
    private readonly send: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly largest: number,
  ) {}

  /** Resolves with the item's own result; rejects when its batch failed. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ item, resolve, reject }) > 1) return;
      setImmediate(() => {
        const all = this.waiting;
        this.waiting = [];
        for (let first = 0; first < all.length; first += this.largest) {
          void this.flush(all.slice(first, first + this.largest));
        }
      });
    });
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
