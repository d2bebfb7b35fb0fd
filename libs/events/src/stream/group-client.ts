import type { RedisConnection } from '../connection/redis-connection.js';
import { BEGINNING } from './channel.js';
import { compareEntryIds } from './entry-id.js';
import { pairs } from './pairs.js';

/** Makes groups, and looks at the streams that they read. */
export class GroupClient {
  constructor(private readonly connection: RedisConnection) {}

  /**
   * Makes the stream and the group where they are missing.
   *
   * @param start after which entry the group begins. Where the stream is shorter than that it is another stream, and the group begins
   *   at its beginning
   * @returns whether the group was missing
   */
  async ensure(stream: string, group: string, start = BEGINNING): Promise<boolean> {
    const from =
      start === BEGINNING || compareEntryIds(start, (await this.extent(stream)).lastId) <= 0 ? start : BEGINNING;
    try {
      await this.connection.call((redis) => redis.xgroup('CREATE', stream, group, from, 'MKSTREAM'));
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('BUSYGROUP')) return false;
      throw error;
    }
  }

  /** How many entries a stream has, and the last id that it gave. A stream that does not exist is empty. */
  async extent(stream: string): Promise<{ length: number; lastId: string }> {
    try {
      const reply = await this.connection.call((redis) => redis.xinfo('STREAM', stream));
      const about = new Map(pairs(reply as (string | number)[]));
      return { length: Number(about.get('length')), lastId: String(about.get('last-generated-id')) };
    } catch (error) {
      if (isMissing(error)) return { length: 0, lastId: '0-0' };
      throw error;
    }
  }

  /** The names of a stream's groups; none where the stream does not exist. */
  async names(stream: string): Promise<string[]> {
    try {
      const reply = await this.connection.call((redis) => redis.xinfo('GROUPS', stream));
      return (reply as string[][]).map((row) => new Map(pairs(row)).get('name') ?? '');
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** After which entries a group begins, by stream; null where nothing is written. @param book the key of the group's hash */
  starts(book: string, streams: readonly string[]): Promise<(string | null)[]> {
    return this.connection.call((redis) => redis.hmget(book, ...streams));
  }

  /** Writes after which entries a group begins; what is there already stays. */
  async bookStarts(book: string, starts: readonly (readonly [stream: string, after: string])[]): Promise<void> {
    await this.connection.call((redis) =>
      Promise.all(starts.map(([stream, after]) => redis.hsetnx(book, stream, after))),
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no such key');
}
