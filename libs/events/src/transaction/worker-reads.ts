import { Gatherer } from '../concurrency/gatherer.js';
import { turnIsOver } from '../concurrency/turn.js';
import type { ReadClient, ReadCommand } from '../stream/clients/read-client.js';
import { WrittenFields } from './written-fields.js';

/** The reader: one run of a handler. */
export interface Reader {
  /** Whether only Redis answers its reads. */
  readonly isPlain: boolean;
  /** Whether it has got a value that may never be committed, since a transaction has written it. */
  isSpeculative: boolean;
}

/** A read that is not answered yet. */
interface Waiting extends ReadCommand {
  reader: Reader;
  /** Redis' reply; undefined before it. */
  reply: unknown;
  resolve: ((reply: unknown) => void) | undefined;
  reject: ((error: unknown) => void) | undefined;
}

/**
 * Reads for the transactions of one worker, or of one of its partitions.
 *
 * The reads of one turn of the event loop are sent to Redis together. A hash field that a transaction of this worker has written lately is
 * not read: the answer is its value after that transaction's commit. So many transactions on one key are committed together, where each
 * would otherwise wait for the commit before it. Each commit compares its reads with what Redis has; after a wrong answer the handler runs
 * again.
 *
 * Reads are answered one after the other. A handler that was answered goes on until it awaits something besides its transaction, mostly
 * until its commit. Only then the next read is answered, so that it sees what this handler has written.
 */
export class WorkerReads {
  readonly written = new WrittenFields();
  private readonly gathered: Gatherer<Waiting, undefined>;
  /** The reader that was answered last. */
  private current: Reader | undefined;

  constructor(client: Pick<ReadClient, 'many'>) {
    this.gathered = new Gatherer(async (all) => {
      try {
        const replies = await client.many(all);
        for (const [index, one] of all.entries()) this.replied(one, replies[index]);
      } catch (error) {
        for (const { reject } of all) reject?.(error);
      }
      return undefined;
    });
  }

  /** @returns text where a transaction has written the value, bytes where Redis has answered @throws Redis' error about this read */
  read(reader: Reader, command: string, key: string, args: readonly string[]): Promise<unknown> {
    if (command === 'HGET' || command === 'HMGET') this.written.expect(args);
    const waiting: Waiting = { command, key, args, reader, reply: undefined, resolve: undefined, reject: undefined };
    const known = reader.isPlain ? undefined : this.written.answer(waiting, undefined);
    // No other reader was answered since its last read, so it may go on at once: its reads still show one state.
    if (known !== undefined && reader === this.current) {
      reader.isSpeculative = true;
      return Promise.resolve(known);
    }
    return new Promise((resolve, reject) => {
      waiting.resolve = resolve;
      waiting.reject = reject;
      if (known === undefined) void this.gathered.add(waiting);
      else setImmediate(this.answer, waiting);
    });
  }

  private replied(one: Waiting, reply: unknown): void {
    if (reply instanceof Error) {
      one.reject?.(reply);
      return;
    }
    one.reply = reply;
    setImmediate(this.answer, one);
  }

  /** Runs in an immediate of its own: before the next one, Node.js runs all that follows from this answer. */
  private readonly answer = (one: Waiting): void => {
    if (turnIsOver()) {
      setImmediate(this.answer, one);
      return;
    }
    const { reader, reply } = one;
    const answer = reader.isPlain ? reply : this.written.answer(one, reply);
    if (answer === undefined) {
      void this.gathered.add(one); // forgotten meanwhile
      return;
    }
    if (answer !== reply) reader.isSpeculative = true;
    this.current = reader;
    one.resolve?.(answer);
  };
}
