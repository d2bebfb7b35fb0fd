import { Gatherer } from '../concurrency/gatherer.js';
import { turnIsOver } from '../concurrency/turn.js';
import type { ReadClient, ReadCommand } from '../stream/read-client.js';
import { WrittenFields } from './written-fields.js';

/** Who reads: one run of a handler. */
export interface Reader {
  /** Whether Redis alone answers it. */
  readonly isPlain: boolean;
  /** Whether it was answered with what a transaction has written, and may never be committed. */
  isSpeculative: boolean;
}

/** A read that is not answered yet. */
interface Waiting extends ReadCommand {
  reader: Reader;
  /** What Redis has answered; undefined before. */
  reply: unknown;
  resolve: ((reply: unknown) => void) | undefined;
  reject: ((error: unknown) => void) | undefined;
}

/**
 * Reads for the transactions of one worker, of one of its partitions where it has several.
 *
 * What is asked for in one turn of the event loop goes to Redis together. A field of a hash that a transaction of this worker has
 * written lately is not asked for: it is answered as it will be when that transaction is committed, so that many transactions on one
 * key are committed together, where each would otherwise wait for the commit before it. The commit compares every read with what Redis
 * has, and where the answer was wrong the handler runs again.
 *
 * One read is answered at a time, with what is known at that moment. Whoever was answered goes on until it awaits something else than
 * its transaction, mostly to its commit, and only then the next one is answered: with what the one before has written.
 */
export class WorkerReads {
  readonly written = new WrittenFields();
  private readonly gathered: Gatherer<Waiting, undefined>;
  /** Who was answered last. */
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

  /** @returns the reply: text where a transaction has written it, bytes where Redis has answered @throws what Redis refuses it with */
  read(reader: Reader, command: string, key: string, args: readonly string[]): Promise<unknown> {
    if (command === 'HGET' || command === 'HMGET') this.written.expect(args);
    const waiting: Waiting = { command, key, args, reader, reply: undefined, resolve: undefined, reject: undefined };
    const known = reader.isPlain ? undefined : this.written.answer(waiting, undefined);
    // Nobody else was answered since: all that it reads is of one moment.
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

  /** In an immediate of its own: before the next one, Node.js runs all that follows from this answer. */
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
