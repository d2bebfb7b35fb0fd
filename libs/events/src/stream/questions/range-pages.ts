import type { MonitorClient } from './monitor-client.js';
import { MAX_WHOLE_BYTES, peek } from './peek.js';
import { REPLY_BYTES, ReadPace } from '../entries/read-pace.js';
import type { StreamEntry } from '../entries/stream-entry.js';

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
  /**
   * Up to which size an entry comes whole, in bytes; of a larger one come the fields that the library knows and some others,
   * the beginning of each value, and `cut` says how large it is. 0: ids alone. @default 8 MiB
   */
  wholeBytes?: number;
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
  const { order = 'oldest-first', replyBytes = REPLY_BYTES, replyEntries, wholeBytes = MAX_WHOLE_BYTES } = options;
  const pace = new ReadPace(replyBytes, replyEntries);
  let { from = '-', to = '+' } = options;
  for (;;) {
    const range = { key, from, to, order, count: pace.count };
    const { entries, isEnd } = await client.ask(peek(range, { replyBytes, wholeBytes }));
    const last = entries.at(-1);
    yield { entries, bytes: pace.saw(entries), isEnd };
    if (isEnd || !last) return;
    if (order === 'oldest-first') from = `(${last.id}`;
    else to = `(${last.id}`;
  }
}
