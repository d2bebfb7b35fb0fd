import type { MonitorClient } from './monitor-client.js';
import { range, rangeBack } from './questions.js';
import { ReadPace } from './read-pace.js';
import type { StreamEntry } from './stream-client.js';

/** Which part of a stream to read, and how. */
export interface RangeOptions {
  /** The lower end: an entry id, `(` before one leaves it out, or milliseconds. @default '-' */
  from?: string;
  /** The higher end, likewise. @default '+' */
  to?: string;
  /** @default 'oldest-first' */
  order?: 'oldest-first' | 'newest-first';
  /** What one reply brings at most, about, in bytes; a single entry can be larger. @default 4 MiB */
  replyBytes?: number;
  /** How many entries one reply brings at most. @default 128 */
  replyEntries?: number;
}

/** One reply. */
export interface RangePage {
  entries: StreamEntry[];
  /** How large the entries are together, about. */
  bytes: number;
  /** Nothing of the range is left. */
  isEnd: boolean;
}

/**
 * Reads a range of a stream, reply by reply, each of so many bytes at most, about: however large the entries are, and
 * however many of them there are, no more is held than a reply, and what the caller keeps. The last page is the end, and
 * can be empty.
 */
export async function* rangePages(
  client: MonitorClient,
  key: string,
  options: RangeOptions,
): AsyncGenerator<RangePage> {
  const { order = 'oldest-first', replyBytes, replyEntries } = options;
  const pace = new ReadPace(replyBytes, replyEntries);
  let { from = '-', to = '+' } = options;
  for (;;) {
    const { count } = pace;
    const question = order === 'oldest-first' ? range(key, from, to, count) : rangeBack(key, to, from, count);
    const entries = await client.ask(question);
    const last = entries.at(-1);
    const isEnd = !last || entries.length < count;
    yield { entries, bytes: pace.saw(entries), isEnd };
    if (isEnd) return;
    if (order === 'oldest-first') from = `(${last.id}`;
    else to = `(${last.id}`;
  }
}
