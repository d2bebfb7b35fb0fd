import { RenewedMap } from '../collections/renewed-map.js';

/** Where items wait for which there is no room; `Ticket` is all that is kept of one meanwhile. */
export interface Deferral<T, Ticket> {
  /** Lets an item go. @returns by what it is found again */
  defer(item: T): Ticket;
  /**
   * Brings the first of them back, as many as there is room for. Never rejects.
   *
   * @returns those that are still there to be worked on, and how many tickets were used, at least one
   */
  resume(tickets: readonly Ticket[]): Promise<{ items: T[]; used: number }>;
}

/**
 * Works on items of one key one after the other, in the order in which they came, and on those of different keys side by
 * side. While an item waits for its retry, the others of its key wait, too: they must not overtake it.
 */
export class KeyedQueue<T, Ticket = never> {
  private readonly queues = new RenewedMap<string, KeyQueue<T, Ticket>>();
  private resting = 0;

  /**
   * @param work should not reject; followers are worked on all the same
   * @param onEnd called when an item has been worked on, whatever came of it. One that is not done, and was let go, has a ticket:
   *   its key rests until {@link resumeKey}
   * @param deferral where {@link relieve} sends what waits
   * @param onError called when `work` has rejected
   */
  constructor(
    private readonly work: (item: T) => Promise<unknown>,
    private readonly onEnd: (item: T) => Ticket | undefined = () => undefined,
    private readonly deferral?: Deferral<T, Ticket>,
    private readonly onError: (key: string, error: unknown) => void = () => undefined,
  ) {}

  /** Keys that are worked on; those that rest are not. */
  get size(): number {
    return this.queues.size - this.resting;
  }

  run(key: string, item: T): void {
    const busy = this.queues.get(key);
    if (busy) {
      // Behind those of its key that are deferred.
      if (busy.deferred && this.deferral) busy.deferred.push(this.deferral.defer(item));
      else (busy.waiting ??= []).push(item);
      return;
    }
    const queue: KeyQueue<T, Ticket> = { waiting: undefined, deferred: undefined };
    this.queues.set(key, queue);
    void this.runKey(key, queue, item);
  }

  /** Lets no more than `share` items wait for each key; the others are deferred, in their order. */
  relieve(share: number): void {
    for (const queue of this.queues.values()) this.relieveOne(queue, share);
  }

  /** Goes on with a key that rests. @param item the one that was let go; undefined where it is not there any more */
  resumeKey(key: string, item: T | undefined): void {
    const queue = this.queues.get(key);
    if (!queue?.deferred) return;
    this.resting -= 1;
    queue.deferred.shift();
    if (queue.deferred.length === 0) queue.deferred = undefined;
    void this.runKey(key, queue, item);
  }

  private async runKey(key: string, queue: KeyQueue<T, Ticket>, first: T | undefined): Promise<void> {
    let item = first;
    do {
      if (item !== undefined) {
        try {
          await this.work(item);
        } catch (error) {
          this.onError(key, error);
        }
        const ticket = this.onEnd(item);
        if (ticket !== undefined) {
          this.rest(queue, ticket);
          return;
        }
      }
      while (queue.deferred && !queue.waiting?.length) await this.resume(queue, queue.deferred);
      item = queue.waiting?.shift();
    } while (item !== undefined);
    this.queues.delete(key);
  }

  /** Nothing of the key is held any more; the item that was let go comes before all others. */
  private rest(queue: KeyQueue<T, Ticket>, first: Ticket): void {
    this.relieveOne(queue, 0);
    queue.deferred = [first, ...(queue.deferred ?? [])];
    this.resting += 1;
  }

  private relieveOne(queue: KeyQueue<T, Ticket>, share: number): void {
    const { deferral } = this;
    if (!deferral || !queue.waiting || queue.waiting.length <= share) return;
    const tickets = queue.waiting.splice(share).map((item) => deferral.defer(item));
    queue.deferred = queue.deferred ? [...tickets, ...queue.deferred] : tickets;
  }

  private async resume(queue: KeyQueue<T, Ticket>, tickets: Ticket[]): Promise<void> {
    const { items = [], used = tickets.length } = (await this.deferral?.resume(tickets)) ?? {};
    tickets.splice(0, used);
    queue.waiting = items;
    if (tickets.length === 0) queue.deferred = undefined;
  }
}

interface KeyQueue<T, Ticket> {
  /** The items behind the one that is worked on; none for most keys. */
  waiting: T[] | undefined;
  /** Those behind these that are deferred, and before them the one that was let go; undefined where there are none. */
  deferred: Ticket[] | undefined;
}
