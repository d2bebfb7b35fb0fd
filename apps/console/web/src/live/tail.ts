import type { TailedEntries } from '../../../src/contract/live.js';
import type { EntrySummary } from '../../../src/contract/streams.js';

/** The newest entries of what is tailed. */
export interface Tail {
  /** Newest first, at most `KEPT`. */
  entries: readonly EntrySummary[];
  /** How many came since it was begun, shown or not. */
  seen: number;
  /** How many of those were too many to be sent. */
  leftOut: number;
}

/** How many entries the page keeps. */
const KEPT = 200;

/** A tail before anything came. */
export const EMPTY_TAIL: Tail = { entries: [], seen: 0, leftOut: 0 };

/** Puts new entries before those that are there; the oldest beyond the bound go. */
export function addEntries(tail: Tail, { entries, leftOut }: TailedEntries): Tail {
  const more = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  return {
    entries: mergeEntries(entries, tail.entries),
    seen: tail.seen + entries.length + more,
    leftOut: tail.leftOut + more,
  };
}

/** Without what is there already: as one connection takes another's place, some come twice. */
export function onlyNew(tail: Tail, { entries, leftOut }: TailedEntries): TailedEntries {
  const known = new Set(tail.entries.map(entryKey));
  return { entries: entries.filter((entry) => !known.has(entryKey(entry))), leftOut };
}

/** Newer entries before older ones, each once. */
export function mergeEntries(
  newer: readonly EntrySummary[],
  older: readonly EntrySummary[],
  kept = KEPT,
): readonly EntrySummary[] {
  const known = new Set(newer.map(entryKey));
  return [...newer, ...older.filter((entry) => !known.has(entryKey(entry)))].slice(0, kept);
}

/** Without what is newer than all that is shown: a page that was asked for earlier may have more than there was then. */
export function withoutNewer(page: readonly EntrySummary[], shown: readonly EntrySummary[]): readonly EntrySummary[] {
  const known = new Set(shown.map(entryKey));
  return page.slice(
    Math.max(
      0,
      page.findIndex((entry) => known.has(entryKey(entry))),
    ),
  );
}

/** What tells an entry from all others. */
export function entryKey({ stream, id }: { stream: string; id: string }): string {
  return `${stream} ${id}`;
}
