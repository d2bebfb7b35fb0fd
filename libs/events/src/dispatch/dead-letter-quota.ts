import type { Stopping } from '../concurrency/stopping.js';
import type { Keyspace } from '../stream/keys/keyspace.js';

/** Limits how fast a worker writes dead letters. */
export interface DeadLetterQuota {
  /**
   * Asks to write a dead letter.
   *
   * @param stopping of the worker: when it stops it writes at once what it holds, since it reads nothing more
   * @returns undefined to write at once; else a promise that resolves when it may be written
   */
  turn(about: { stream: string; group: string }, stopping: Stopping): Promise<void> | undefined;
  /** A dead letter was written. @param streamName without prefix */
  wrote(keyspace: Keyspace, streamName: string): void;
}
