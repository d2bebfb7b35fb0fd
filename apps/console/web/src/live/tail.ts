import type { TailedEntries } from '../../../src/contract/live.js';
import type { EntrySummary } from '../../../src/contract/streams.js';

/** The newest entries of a tailed stream. */
export interface Tail {
  /** Newest first, at most `KEPT`. */
  entries: readonly EntrySummary[];
  /** How many entries arrived since the tail began, shown or not. */
  seen: number;
  /** How many of them were not sent, because they were too many. */
  leftOut: number;
}

/** How many entries the page keeps. */
const KEPT = 200;

/** A tail before the first entry. */
export const EMPTY_TAIL: Tail = { entries: [], seen: 0, leftOut: 0 };

/** Adds new entries at the front, and drops the oldest ones beyond the limit. */
export function addEntries(tail: Tail, { entries, leftOut }: TailedEntries): Tail {
  const more = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  return {
    entries: mergeEntries(entries, tail.entries),
    seen: tail.seen + entries.length + more,
    leftOut: tail.leftOut + more,
  };
}

/** Removes entries that the tail already has: when one connection replaces another, some arrive twice. */
export function onlyNew(tail: Tail, { entries, leftOut }: TailedEntries): TailedEntries {
  const known = new Set(tail.entries.map(entryKey));
  return { entries: entries.filter((entry) => !known.has(entryKey(entry))), leftOut };
}

/** Merges entries, newest first, each once. */
export function mergeEntries(
  newer: readonly EntrySummary[],
  older: readonly EntrySummary[],
  kept = KEPT,
): readonly EntrySummary[] {
  const known = new Set(newer.map(entryKey));
  return [...newer, ...older.filter((entry) => !known.has(entryKey(entry)))].slice(0, kept);
}

/** Removes entries that are newer than all shown ones: a page of older entries can contain newer ones, too. */
export function withoutNewer(page: readonly EntrySummary[], shown: readonly EntrySummary[]): readonly EntrySummary[] {
  const known = new Set(shown.map(entryKey));
  return page.slice(
    Math.max(
      0,
      page.findIndex((entry) => known.has(entryKey(entry))),
    ),
  );
}

/** A unique key of an entry. */
export function entryKey({ stream, id }: { stream: string; id: string }): string {
  return `${stream} ${id}`;
}
