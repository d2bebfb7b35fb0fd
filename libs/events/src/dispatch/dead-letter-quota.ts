import type { Stopping } from '../concurrency/stopping.js';
import type { Keyspace } from '../stream/keyspace.js';

/** How fast a worker may write dead letters; it is told of each. */
export interface DeadLetterQuota {
  /**
   * A dead letter is to be written.
   *
   * @param stopping of the worker: what it holds it writes at once then, since it reads nothing more
   * @returns undefined when it may be at once; else resolves when it is its turn
   */
  turn(about: { stream: string; group: string }, stopping: Stopping): Promise<void> | undefined;
  /** A dead letter was written. @param stream the stream's name without prefix */
  wrote(keyspace: Keyspace, stream: string): void;
}
