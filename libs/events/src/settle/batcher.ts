interface Waiting<T, A> {
  item: T;
  weight: number;
  /** How often it was refused by itself. After the first time it is sent alone, so that others are not sent again because of it. */
  refusals: number;
  resolve: (answer: A) => void;
  reject: (error: unknown) => void;
}

/** How items are sent, and what their results mean. */
export interface Sending<T, R, A> {
  /** Resolves with one result for each item, in their order. */
  send: (items: readonly T[]) => Promise<readonly R[]>;
  /** What a result means to whoever added the item. @throws the reason of a refusal, or an error that {@link waitOut} can wait out */
  answer: (item: T, result: R) => A;
  /** Whether an error may concern one item, and not all that are sent at the time. */
  isOwn: (error: unknown) => boolean;
  /**
   * Waits until what has failed may be sent again.
   *
   * @param refusals how often the item was refused by itself; 0 where it was refused with others
   * @throws the error, when it may not
   */
  waitOut: (error: unknown, refusals: number) => Promise<void>;
}

/** How much is sent together. */
export interface BatchLimits<T> {
  /** Items. */
  most: number;
  /** The weight of all of them together; a single item may be heavier. @default no limit */
  heaviest?: number;
  weigh?: (item: T) => number;
}

/**
 * Sends items that are added in one turn of the event loop together: many settlements, one command. While a batch is on its way, items
 * wait for its answer until they fill the next one, as in Nagle's algorithm (RFC 896). So a single item never waits, and the busier the
 * server is, the more is sent together.
 *
 * It is no `Gatherer`: each item has an answer of its own, batches are bounded by number and bytes, and what fails is sent again.
 */
export class Batcher<T, R, A> {
  private waiting: Waiting<T, A>[] = [];
  private isScheduled = false;
  private underWay = 0;

  constructor(
    private readonly sending: Sending<T, R, A>,
    private readonly limits: BatchLimits<T>,
  ) {}

  /** Resolves with the answer to this item, however often it had to be sent. Rejects when it is refused. */
  add(item: T): Promise<A> {
    return new Promise((resolve, reject) => {
      // Weighed here: an item that cannot be weighed rejects alone.
      this.wait({ item, weight: this.limits.weigh?.(item) ?? 0, refusals: 0, resolve, reject });
    });
  }

  private wait(one: Waiting<T, A>): void {
    this.waiting.push(one);
    // A full batch is sent at once: the server can begin while the rest of what was read is handled.
    if (this.waiting.length >= this.limits.most) this.sendWaiting();
    else if (this.underWay === 0) this.schedule();
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
      // Only the last batch can have room.
      if (this.underWay > 0 && batch === batches.at(-1) && batch.length < this.limits.most) this.waiting = batch;
      else void this.flush(batch);
    }
  };

  private cut(all: readonly Waiting<T, A>[]): Waiting<T, A>[][] {
    const { most, heaviest = Infinity } = this.limits;
    const batches: Waiting<T, A>[][] = [];
    let weight = 0;
    for (const one of all) {
      weight += one.weight;
      const last = batches.at(-1);
      if (last && last.length < most && weight <= heaviest && one.refusals === 0 && last[0]?.refusals === 0) {
        last.push(one);
      } else {
        batches.push([one]);
        weight = one.weight;
      }
    }
    return batches;
  }

  private async flush(batch: readonly Waiting<T, A>[]): Promise<void> {
    this.underWay += 1;
    try {
      const results = await this.sending.send(batch.map(({ item }) => item));
      batch.forEach((one, index) => {
        this.conclude(one, results[index] as R);
      });
    } catch (error) {
      void this.repeat(batch, error);
    }
    this.underWay -= 1;
    if (this.underWay === 0 && this.waiting.length > 0) this.schedule();
  }

  private conclude(one: Waiting<T, A>, result: R): void {
    try {
      one.resolve(this.sending.answer(one.item, result));
    } catch (error) {
      void this.repeat([one], error);
    }
  }

  private async repeat(failed: readonly Waiting<T, A>[], error: unknown): Promise<void> {
    const { isOwn } = this.sending;
    const [only] = failed;
    const refusals = only && failed.length === 1 && isOwn(error) ? (only.refusals += 1) : 0;
    try {
      await this.sending.waitOut(error, refusals);
      for (const one of failed) this.wait(one);
    } catch (refusal) {
      for (const { reject } of failed) reject(refusal);
    }
  }
}
