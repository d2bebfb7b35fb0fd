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

  /** @param work should not reject; followers are worked on all the same */
  constructor(private readonly work: (item: T) => Promise<void>) {}

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
    this.begin(key, item);
  }

  private begin(key: string, item: T): void {
    this.work(item).then(
      () => {
        this.end(key);
      },
      (error: unknown) => {
        this.logger.error(`An event of ${key} could not be settled`, error);
        this.end(key);
      },
    );
  }

  private end(key: string): void {
    const next = this.waiting.get(key)?.shift();
    if (next !== undefined) this.begin(key, next);
    else this.waiting.delete(key);
  }
}
