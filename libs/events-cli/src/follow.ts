import { isOutage, compareEntryIds, type MonitoredEntry } from 'nestjs-event-streams/core';
import { ReadPace } from 'nestjs-event-streams/internal';
import { pause } from './context.js';
import { BLOCK_MS, type Session } from './session.js';

/** An entry, and the name of the stream that it is in. */
export interface FollowedEntry {
  stream: string;
  entry: MonitoredEntry;
}

/** How many entries of a stream one reply has; fewer if they are large. */
const MAX_ENTRIES = 200;
/** How often new streams are searched for, which scans all keys. */
const SEARCH_EVERY_MS = 10_000;
const PAUSE_AFTER_REFUSAL_MS = 500;

/** The id before every entry. */
export const START = '0-0';

/**
 * Reads streams continuously, in the order of appending. Waits while Redis is unavailable.
 *
 * @param positions by the streams' names: after which id to begin; it is kept up to date
 * @param options.follow whether to wait for new entries; otherwise it ends at the end of the streams
 * @param options.search whether to include streams that are created later
 */
export async function* follow(
  session: Session,
  positions: Map<string, string>,
  { follow, search, signal }: { follow: boolean; search: boolean; signal: AbortSignal },
): AsyncGenerator<FollowedEntry> {
  const pace = new ReadPace(undefined, MAX_ENTRIES);
  let searchedMs = performance.now();
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      if (search && performance.now() - searchedMs > SEARCH_EVERY_MS) {
        for (const name of await session.monitor.streams()) if (!positions.has(name)) positions.set(name, START);
        searchedMs = performance.now();
      }
      if (positions.size === 0) {
        if (!follow) return;
        await pause(BLOCK_MS, signal);
        searchedMs = search ? -Infinity : searchedMs;
        continue;
      }
      const found = await read(session, positions, pace, follow ? BLOCK_MS : undefined);
      for (const one of found) {
        positions.set(one.stream, one.entry.id);
        yield one;
        if (isOver()) return;
      }
      if (!follow && found.length === 0) return;
    } catch (error) {
      if (isOver()) return;
      if (!follow || !isOutage(error)) throw error;
      // The next call waits for a lost connection; a Redis that refuses would answer at once.
      await pause(PAUSE_AFTER_REFUSAL_MS, signal);
    }
  }
}

async function read(
  session: Session,
  positions: ReadonlyMap<string, string>,
  pace: ReadPace,
  blockMs: number | undefined,
) {
  const { direct, commandTimeoutMs: timeoutMs } = session;
  const count = Math.max(1, Math.floor(pace.count / positions.size));
  const replies = await direct.after(positions, {
    count,
    ...(blockMs === undefined ? {} : { wait: { blockMs, timeoutMs } }),
  });
  const found: FollowedEntry[] = [];
  // A full page may have more after it: entries of other streams that are later than its end wait for the next page.
  let end: string | undefined;
  for (const [stream, entries] of replies) {
    for (const entry of entries) found.push({ stream, entry });
    const last = entries.length < count ? undefined : entries.at(-1)?.id;
    if (last !== undefined && (end === undefined || compareEntryIds(last, end) < 0)) end = last;
  }
  pace.saw(found.map(({ entry }) => entry));
  const certain = end === undefined ? found : found.filter(({ entry }) => compareEntryIds(entry.id, end) <= 0);
  return certain.sort((a, b) => compareEntryIds(a.entry.id, b.entry.id));
}
