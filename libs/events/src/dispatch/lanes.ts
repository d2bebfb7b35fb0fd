import { Logger } from '@nestjs/common';

type Job = () => Promise<void>;

/**
 * Runs jobs of one key one after the other, in the order in which they came, and jobs of different keys side by side.
 * A job that waits for its retry keeps its lane: followers of its key must not overtake it.
 */
export class Lanes {
  private readonly logger = new Logger(Lanes.name);
  /** The jobs that wait behind the one that runs; none for most keys. */
  private readonly waiting = new Map<string, Job[] | undefined>();

  /** Keys that have a job. */
  get size(): number {
    return this.waiting.size;
  }

  /** @param job should not reject; its followers run all the same */
  run(key: string, job: Job): void {
    if (this.waiting.has(key)) {
      const behind = this.waiting.get(key);
      if (behind) behind.push(job);
      else this.waiting.set(key, [job]);
      return;
    }
    this.waiting.set(key, undefined);
    this.begin(key, job);
  }

  private begin(key: string, job: Job): void {
    job().then(
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
    if (next) this.begin(key, next);
    else this.waiting.delete(key);
  }
}
