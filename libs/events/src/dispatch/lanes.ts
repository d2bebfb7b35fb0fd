import { RenewedMap } from '../renewed-map.js';
import { SafeLogger } from '../safe-logger.js';
import { textOf } from '../thrown.js';

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
export class Lanes<T, Ticket = never> {
  private readonly logger = new SafeLogger(Lanes.name);
  private readonly lanes = new RenewedMap<string, Lane<T, Ticket>>();

  /**
   * @param work should not reject; followers are worked on all the same
   * @param onEnd called when an item has been worked on, whatever came of it
   * @param outside where {@link relieve} sends what waits
   */
  constructor(
    private readonly work: (item: T) => Promise<unknown>,
    private readonly onEnd: (item: T) => void = () => undefined,
    private readonly outside?: Outside<T, Ticket>,
  ) {}

  /** Keys that are worked on. */
  get size(): number {
    return this.lanes.size;
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
    const { outside } = this;
    if (!outside) return;
    for (const lane of this.lanes.values()) {
      if (!lane.waiting || lane.waiting.length <= share) continue;
      const tickets = lane.waiting.splice(share).map((item) => outside.leave(item));
      lane.outside = lane.outside ? [...tickets, ...lane.outside] : tickets;
    }
  }

  private async runLane(key: string, lane: Lane<T, Ticket>, first: T): Promise<void> {
    for (let item: T | undefined = first; item !== undefined; item = lane.waiting?.shift()) {
      try {
        await this.work(item);
      } catch (error) {
        this.logger.error(`An event of ${key} could not be settled`, textOf(error).stack);
      }
      this.onEnd(item);
      while (lane.outside && !lane.waiting?.length) await this.bring(lane, lane.outside);
    }
    this.lanes.delete(key);
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
  /** Those behind these, outside; undefined where there are none. */
  outside: Ticket[] | undefined;
}
