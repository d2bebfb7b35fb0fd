import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import { rangePages, type RangeOptions, type RangePage } from '../stream/questions/range-pages.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';
import { allMonitored, type MonitoredEntry } from './monitored-entry.js';

/** Which entries to read, and how. */
export interface EntryPagesOptions extends RangeOptions {
  /**
   * Which of them are given; asked before anything is decoded, so that a search is as fast as reading. An entry's `fields`
   * are name, value, name, value, … @default all
   */
  wanted?: (entry: Pick<MonitoredEntry, 'id' | 'fields'>) => boolean;
  /** Of one partition only. @default all of them */
  partition?: number;
}

/** Some entries in a row. */
export interface EntryPage {
  /** Those that are wanted. */
  entries: MonitoredEntry[];
  /** How many were looked at. */
  scanned: number;
  /** How large they are together, about. */
  bytes: number;
  /** The first one that was looked at; null when there was none. */
  first: string | null;
  /** The last one, likewise. */
  last: string | null;
  /** Nothing of the range is left. */
  isEnd: boolean;
}

/** Entries of one or several partitions, in the order of their ids over all of them. */
export async function* entryPages(
  client: MonitorClient,
  keyspaces: readonly Keyspace[],
  streamName: string,
  { wanted = () => true, ...range }: EntryPagesOptions,
): AsyncGenerator<EntryPage> {
  const parts = keyspaces.map((keyspace) => new Part(rangePages(client, keyspace.stream(streamName), range)));
  const isNewestFirst = range.order === 'newest-first';
  const order = (one: string, other: string): number => (isNewestFirst ? -1 : 1) * compareEntryIds(one, other);
  for (;;) {
    for (const part of parts) await part.fill();
    // What lies beyond the end of what a part has read so far could be preceded by more of it.
    const [horizon] = parts.flatMap(({ reached }) => reached ?? []).sort(order);
    const taken = parts.flatMap((part) => part.take((id) => horizon === undefined || order(id, horizon) <= 0));
    if (parts.length > 1) taken.sort((one, other) => order(one.id, other.id));
    const isEnd = parts.every((part) => part.isThrough);
    yield {
      entries: allMonitored(taken.filter(({ id, fields }) => fields !== null && wanted({ id, fields }))),
      scanned: taken.length,
      bytes: parts.reduce((sum, part) => sum + part.takeBytes(), 0),
      first: taken[0]?.id ?? null,
      last: taken.at(-1)?.id ?? null,
      isEnd,
    };
    if (isEnd) return;
  }
}

/** One partition: what was read of it and not given yet. */
class Part {
  private waiting: StreamEntry[] = [];
  private bytes = 0;
  private isRead = false;

  constructor(private readonly pages: AsyncGenerator<RangePage>) {}

  /** How far it was read; undefined where nothing comes after what was read. */
  get reached(): string | undefined {
    return this.isRead ? undefined : this.waiting.at(-1)?.id;
  }

  get isThrough(): boolean {
    return this.isRead && this.waiting.length === 0;
  }

  async fill(): Promise<void> {
    if (this.isRead || this.waiting.length > 0) return;
    const next = await this.pages.next();
    if (next.done === true) {
      this.isRead = true;
      return;
    }
    this.waiting = next.value.entries;
    this.bytes += next.value.bytes;
    this.isRead = next.value.isEnd;
  }

  take(isDue: (id: string) => boolean): StreamEntry[] {
    let due = 0;
    for (; due < this.waiting.length; due += 1) if (!isDue(this.waiting[due]?.id ?? '')) break;
    return this.waiting.splice(0, due);
  }

  takeBytes(): number {
    const { bytes } = this;
    this.bytes = 0;
    return bytes;
  }
}
