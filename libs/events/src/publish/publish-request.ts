import type { Deadline, Deadlines } from '../deadlines.js';
import { NotReplicatedError, PublishTimeoutError } from '../errors.js';
import { weightOf, type Appendable } from './append-arguments.js';

/** What one call asked to publish: appended together, answered together, given up together. */
export class PublishRequest {
  /** Resolves with the entries' ids. */
  readonly published: Promise<string[]>;
  readonly bytes: number;
  private settle!: { resolve: (ids: string[]) => void; reject: (error: Error) => void };
  private readonly deadline: Deadline;
  private trouble: Error | undefined;
  private open = true;

  /**
   * @param deadlines set those of `timeoutMs`
   * @param timeoutMs how long the caller waits from now on, in milliseconds
   */
  constructor(
    readonly events: readonly Appendable[],
    private readonly deadlines: Deadlines,
    timeoutMs: number,
  ) {
    this.published = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    let bytes = 0;
    for (const event of events) bytes += weightOf(event);
    this.bytes = bytes;
    this.deadline = deadlines.begin(() => {
      const { trouble } = this;
      this.reject(
        trouble instanceof NotReplicatedError ? trouble : new PublishTimeoutError(timeoutMs, { cause: trouble }),
      );
    });
  }

  /** Whether its caller still waits. */
  get isOpen(): boolean {
    return this.open;
  }

  /** How long its caller still waits, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, this.deadline.atMs - performance.now());
  }

  /** An attempt came to nothing; if the time runs out, this was why. */
  note(trouble: Error): void {
    this.trouble = trouble;
  }

  resolve(ids: string[]): void {
    this.close();
    this.settle.resolve(ids);
  }

  reject(error: Error): void {
    this.close();
    this.settle.reject(error);
  }

  private close(): void {
    this.open = false;
    this.deadlines.end(this.deadline);
  }
}
