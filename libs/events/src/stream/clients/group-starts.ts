import { BEGINNING } from '../keys/channel.js';
import { compareEntryIds, entryIdBefore } from '../entries/entry-id.js';
import type { GroupClient } from './group-client.js';

/**
 * Where a group that is new on a stream starts: with the stream's first entry, with what is appended from now on, or with
 * the first entry that is not before an entry id or a time.
 */
export type StartFrom = 'beginning' | 'now' | Date | (string & {});

/** A stream at the start of a worker, as one group sees it. */
export interface StreamAtStart {
  key: string;
  hasGroup: boolean;
  length: number;
}

/**
 * Where the groups of a worker start, by the streams' keys. What the first worker of a group has found stays in Redis, for its
 * other streams and workers, and for a group that was destroyed and is made anew.
 */
export class GroupStarts {
  private readonly starts = new Map<string, string>();

  /**
   * @param book the key of the hash with the group's starts
   * @param startFrom for streams on which the group is new
   */
  constructor(
    private readonly client: GroupClient,
    private readonly book: string,
    private readonly group: string,
    private readonly startFrom: StartFrom,
  ) {}

  /** After which entry the group begins on a stream. */
  of(key: string): string {
    return this.starts.get(key) ?? BEGINNING;
  }

  /** Looks at the streams, and books where the group starts on those on which it is new. */
  async find(keys: readonly string[]): Promise<StreamAtStart[]> {
    const isFromBeginning = this.startFrom === 'beginning';
    // Before the look: a worker that comes second must not take the first one's group for an old one.
    const booked = isFromBeginning ? [] : await this.booked(keys);
    const streams = await Promise.all(keys.map((key) => this.look(key)));
    if (!isFromBeginning) {
      const missing = streams.filter((_, index) => booked[index] === null);
      if (missing.length > 0) {
        const starts = missing.map((stream) => (stream.hasGroup ? BEGINNING : startIn(stream, this.startFrom)));
        const found = missing.map(({ key }, index) => [key, starts[index] ?? BEGINNING] as const);
        await this.client.bookStarts(this.book, found);
      }
      for (const [index, start] of (await this.booked(keys)).entries()) {
        this.starts.set(keys[index] ?? '', start ?? BEGINNING);
      }
    }
    return streams;
  }

  private booked(keys: readonly string[]): Promise<(string | null)[]> {
    return this.client.starts(this.book, keys);
  }

  private async look(key: string): Promise<StreamAtStart & { lastId: string }> {
    const [extent, groups] = await Promise.all([this.client.extent(key), this.client.names(key)]);
    return { key, hasGroup: groups.includes(this.group), ...extent };
  }
}

/** The entry after which a new group begins; not after the last one, since what follows that is new. */
function startIn({ lastId }: { lastId: string }, startFrom: StartFrom): string {
  if (startFrom === 'now') return lastId;
  const start = entryIdBefore(startFrom instanceof Date ? `${String(startFrom.getTime())}-0` : startFrom);
  return compareEntryIds(start, lastId) < 0 ? start : lastId;
}
