import { Logger } from '@nestjs/common';
import { RenewedMap } from '../renewed-map.js';
import { textOf } from '../thrown.js';

/**
 * Works on items of one key one after the other, in the order in which they came, and on those of different keys side by
 * side. An item that waits for its retry keeps its lane: followers of its key must not overtake it.
 */
export class Lanes<T> {
  private readonly logger = new Logger(Lanes.name);
  private readonly lanes = new RenewedMap<string, Lane<T>>();

  /**
   * @param work should not reject; followers are worked on all the same
   * @param onEnd called when an item has been worked on, whatever came of it
   */
  constructor(
    private readonly work: (item: T) => Promise<unknown>,
    private readonly onEnd: (item: T) => void = () => undefined,
  ) {}

  /** Keys that are worked on. */
  get size(): number {
    return this.lanes.size;
  }

  run(key: string, item: T): void {
    const busy = this.lanes.get(key);
    if (busy) {
      (busy.waiting ??= []).push(item);
      return;
    }
    const lane: Lane<T> = { waiting: undefined };
    this.lanes.set(key, lane);
    void this.runLane(key, lane, item);
  }

  private async runLane(key: string, lane: Lane<T>, first: T): Promise<void> {
    for (let item: T | undefined = first; item !== undefined; item = lane.waiting?.shift()) {
      try {
        await this.work(item);
      } catch (error) {
        this.logger.error(`An event of ${key} could not be settled`, textOf(error).stack);
      }
      this.onEnd(item);
    }
    this.lanes.delete(key);
  }
}

interface Lane<T> {
  /** The items behind the one that is worked on; none for most keys. */
  waiting: T[] | undefined;
}
