import { Logger } from '@nestjs/common';
import { RenewedMap } from '../renewed-map.js';

/**
 * Works on items of one key one after the other, in the order in which they came, and on those of different keys side by
 * side. An item that waits for its retry keeps its lane: followers of its key must not overtake it.
 */
export class Lanes<T> {
  private readonly logger = new Logger(Lanes.name);
  /** The items that wait behind the one that is worked on; none for most keys. */
  private readonly waiting = new RenewedMap<string, T[] | undefined>();

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
    return this.waiting.size;
  }

  run(key: string, item: T): void {
    if (this.waiting.has(key)) {
      const behind = this.waiting.get(key);
      if (behind) behind.push(item);
      else this.waiting.set(key, [item]);
      return;
    }
    this.waiting.set(key, undefined);
    void this.runLane(key, item);
  }

  private async runLane(key: string, first: T): Promise<void> {
    for (let item: T | undefined = first; item !== undefined; item = this.waiting.get(key)?.shift()) {
      try {
        await this.work(item);
      } catch (error) {
        this.logger.error(`An event of ${key} could not be settled`, error);
      }
      this.onEnd(item);
    }
    this.waiting.delete(key);
  }
}
