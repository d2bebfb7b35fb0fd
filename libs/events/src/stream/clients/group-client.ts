import type { Connection } from '../../connection/connection.js';
import { asList, asText, asTextsOrNulls } from '../../connection/reply.js';
import { BEGINNING } from '../keys/channel.js';
import { compareEntryIds } from '../entries/entry-id.js';
import { pairs } from '../entries/pairs.js';

/** Makes groups, and looks at the streams that they read. */
export class GroupClient {
  constructor(private readonly connection: Connection) {}

  /**
   * Makes the stream and the group where they are missing.
   *
   * @param start after which entry the group begins. Where the stream is shorter than that it is another stream, and the group begins
   *   at its beginning
   * @returns whether the group was missing
   */
  async ensure(streamKey: string, group: string, start = BEGINNING): Promise<boolean> {
    const from =
      start === BEGINNING || compareEntryIds(start, (await this.extent(streamKey)).lastId) <= 0 ? start : BEGINNING;
    try {
      await this.connection.command('XGROUP', 'CREATE', streamKey, group, from, 'MKSTREAM');
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('BUSYGROUP')) return false;
      throw error;
    }
  }

  /** How many entries a stream has, and the last id that it gave. A stream that does not exist is empty. */
  async extent(streamKey: string): Promise<{ length: number; lastId: string }> {
    try {
      const reply = await this.connection.command('XINFO', 'STREAM', streamKey);
      const about = new Map(pairs(asList(reply, 'XINFO STREAM')));
      return { length: Number(about.get('length')), lastId: String(about.get('last-generated-id')) };
    } catch (error) {
      if (isMissing(error)) return { length: 0, lastId: '0-0' };
      throw error;
    }
  }

  /** The names of a stream's groups; none where the stream does not exist. */
  async names(streamKey: string): Promise<string[]> {
    try {
      const rows = asList(await this.connection.command('XINFO', 'GROUPS', streamKey), 'XINFO GROUPS');
      return rows.map((row) => asText(new Map(pairs(asList(row, 'XINFO GROUPS'))).get('name'), 'XINFO GROUPS'));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** After which entries a group begins, by stream; null where nothing is written. @param book the key of the group's hash */
  async starts(book: string, streamKeys: readonly string[]): Promise<(string | null)[]> {
    return asTextsOrNulls(await this.connection.command('HMGET', book, ...streamKeys), 'HMGET');
  }

  /** Writes after which entries a group begins; what is there already stays. */
  async bookStarts(book: string, starts: readonly (readonly [streamKey: string, after: string])[]): Promise<void> {
    await this.connection.call((link) =>
      Promise.all(starts.map(([streamKey, after]) => link.send(['HSETNX', book, streamKey, after]))),
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no such key');
}
