import { RenewedMap } from '../collections/renewed-map.js';

/** Where items wait for which there is no room in their lanes; `Ticket` is all that is kept of one meanwhile. */
export interface Outside<T, Ticket> {
  /** Lets an item go. @returns by what it is found again */
  leave(item: T): Ticket;
  /**
   * Brings the first of them back, as many as there is room for. Never rejects.
   *
   * @returns those that are still there to be worked on, and how many tickets were used, at least one
   */
  bring(tickets: readonly Ticket[]): Promise<{ items: T[]; used: number }>;
}

/**
 * Works on items of one key one after the other, in the order in which they came, and on those of different keys side by
 * side. An item that waits for its retry keeps its lane: followers of its key must not overtake it.
 */
export class KeyedQueue<T, Ticket = never> {
  private readonly lanes = new RenewedMap<string, Lane<T, Ticket>>();
  private resting = 0;

  /**
   * @param work should not reject; followers are worked on all the same
   * @param onEnd called when an item has been worked on, whatever came of it. One that is not done, and was let go, has a ticket:
   *   its lane rests until {@link resume}
   * @param outside where {@link relieve} sends what waits
   * @param onError called when `work` has rejected
   */
  constructor(
    private readonly work: (item: T) => Promise<unknown>,
    private readonly onEnd: (item: T) => Ticket | undefined = () => undefined,
    private readonly outside?: Outside<T, Ticket>,
    private readonly onError: (key: string, error: unknown) => void = () => undefined,
  ) {}

  /** Keys that are worked on; those that rest are not. */
  get size(): number {
    return this.lanes.size - this.resting;
  }

  run(key: string, item: T): void {
    const busy = this.lanes.get(key);
    if (busy) {
      // Behind those of its key that wait outside.
      if (busy.outside && this.outside) busy.outside.push(this.outside.leave(item));
      else (busy.waiting ??= []).push(item);
      return;
    }
    const lane: Lane<T, Ticket> = { waiting: undefined, outside: undefined };
    this.lanes.set(key, lane);
    void this.runLane(key, lane, item);
  }

  /** Lets no more than `share` items wait in each lane; the others wait outside, in their order. */
  relieve(share: number): void {
    for (const lane of this.lanes.values()) this.relieveOne(lane, share);
  }

  /** Goes on with a key that rests. @param item the one that was let go; undefined where it is not there any more */
  resume(key: string, item: T | undefined): void {
    const lane = this.lanes.get(key);
    if (!lane?.outside) return;
    this.resting -= 1;
    lane.outside.shift();
    if (lane.outside.length === 0) lane.outside = undefined;
    void this.runLane(key, lane, item);
  }

  private async runLane(key: string, lane: Lane<T, Ticket>, first: T | undefined): Promise<void> {
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
          this.rest(lane, ticket);
          return;
        }
      }
      while (lane.outside && !lane.waiting?.length) await this.bring(lane, lane.outside);
      item = lane.waiting?.shift();
    } while (item !== undefined);
    this.lanes.delete(key);
  }

  /** Nothing of the key is held any more; the item that was let go comes before all others. */
  private rest(lane: Lane<T, Ticket>, first: Ticket): void {
    this.relieveOne(lane, 0);
    lane.outside = [first, ...(lane.outside ?? [])];
    this.resting += 1;
  }

  private relieveOne(lane: Lane<T, Ticket>, share: number): void {
    const { outside } = this;
    if (!outside || !lane.waiting || lane.waiting.length <= share) return;
    const tickets = lane.waiting.splice(share).map((item) => outside.leave(item));
    lane.outside = lane.outside ? [...tickets, ...lane.outside] : tickets;
  }

  private async bring(lane: Lane<T, Ticket>, tickets: Ticket[]): Promise<void> {
    const { items = [], used = tickets.length } = (await this.outside?.bring(tickets)) ?? {};
    tickets.splice(0, used);
    lane.waiting = items;
    if (tickets.length === 0) lane.outside = undefined;
  }
}

interface Lane<T, Ticket> {
  /** The items behind the one that is worked on; none for most keys. */
  waiting: T[] | undefined;
  /** Those behind these, outside, and before them the one that was let go; undefined where there are none. */
  outside: Ticket[] | undefined;
}
