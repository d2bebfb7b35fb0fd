import { Logger } from '@nestjs/common';

/**
 * Runs jobs of one key one after the other, in the order in which they came, and jobs of different keys side by side.
 * A job that waits for its retry keeps its lane: followers of its key must not overtake it.
 */
export class Lanes {
  private readonly logger = new Logger(Lanes.name);
  private readonly tails = new Map<string, Promise<void>>();

  /** @param job should not reject; its followers run all the same */
  run(key: string, job: () => Promise<void>): void {
    const before = this.tails.get(key);
    const tail = (before ? before.then(job) : job()).catch((error: unknown) => {
      this.logger.error(`An event of ${key} could not be settled`, error);
    });
    this.tails.set(key, tail);
    void tail.then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
  }
}
