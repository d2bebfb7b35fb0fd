import { PackedValues } from '../../connection/packed-values.js';
import { asList, asTextsOrNulls } from '../../connection/reply.js';
import { isForbidden, isOutageForAll } from '../../model/errors/redis.js';
import { KeyPlaces } from '../scripts/key-places.js';
import type { ScriptRunner } from '../scripts/script-runner.js';

/** A command that reads one key. */
export interface ReadCommand {
  command: string;
  key: string;
  args: readonly string[];
}

/** How many reads go with one script call, and after how many bytes of replies it stops: meanwhile the server serves nobody else. */
const READ_AT_ONCE = 100;
const MAX_REPLY_BYTES = 2 ** 20;

/** Reads of single keys. */
export class ReadClient {
  constructor(private readonly scripts: ScriptRunner) {}

  async exists(key: string): Promise<boolean> {
    return (await this.scripts.connection.command('EXISTS', key)) === 1;
  }

  /** Fields of a hash; null for one that is not there. */
  async hashFields(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return asTextsOrNulls(await this.scripts.connection.command('HMGET', key, ...fields), 'HMGET');
  }

  /**
   * Reads for transactions: any read command each, all of them with one command if there are several. What replies have of text comes
   * as bytes.
   *
   * @returns for each read its reply, or the error by which Redis refuses it alone
   * @throws what Redis answers to all of them; RedisUnavailableError
   */
  async many(reads: readonly ReadCommand[]): Promise<readonly unknown[]> {
    if (reads.length <= READ_AT_ONCE) return this.part(reads);
    const parts: Promise<readonly unknown[]>[] = [];
    for (let first = 0; first < reads.length; first += READ_AT_ONCE) {
      parts.push(this.part(reads.slice(first, first + READ_AT_ONCE)));
    }
    return (await Promise.all(parts)).flat();
  }

  private async part(reads: readonly ReadCommand[]): Promise<readonly unknown[]> {
    const [only] = reads;
    if (only && reads.length === 1) return [await this.one(only)];
    try {
      const replies = await this.byScript(reads);
      return replies.length === reads.length
        ? replies
        : [...replies, ...(await this.part(reads.slice(replies.length)))];
    } catch (error) {
      // One alone may be the reason, as where its key is not the user's.
      if (isOutageForAll(error)) throw error;
      return Promise.all(reads.map((read) => this.one(read).catch((reason: unknown) => reason)));
    }
  }

  private one({ command, key, args }: ReadCommand): Promise<unknown> {
    return this.scripts.connection.call((link) => link.sendForBytes([command, key, ...args]));
  }

  private async byScript(reads: readonly ReadCommand[]): Promise<readonly unknown[]> {
    const places = new KeyPlaces();
    const values = new PackedValues([reads.length]);
    for (const { command, key, args } of reads) {
      values.add(command);
      values.add(places.placeOf(key));
      values.add(args.length);
      values.addAll(args);
    }
    const replies = asList(await this.scripts.run('read-many', places.keys, [values, MAX_REPLY_BYTES]), 'read-many');
    for (const reply of replies) {
      if (reply instanceof Error && isForbidden(reply)) this.scripts.connection.wasRefused(reply);
    }
    return replies;
  }
}
