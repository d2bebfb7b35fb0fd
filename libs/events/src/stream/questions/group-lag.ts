import { compareEntryIds } from '../entries/entry-id.js';
import type { GroupRow } from './group-questions.js';

/** By how much Redis counts too many entries as not delivered, and what makes that known. */
interface Excess {
  count: number;
  /** Where the group was then. One that has gone back was made anew, and is counted anew. */
  lastDeliveredId: string;
  /** Until when it counts, by the clock of `performance.now()`: for good, unless it is only taken as Redis has it. */
  untilMs: number;
}

/** How long it is taken for right what could not be counted to the end, in milliseconds. */
const UNCOUNTED_FOR_MS = 10_000;

/** More groups than any one prefix has: beyond them, all are looked at anew. */
const MAX_KNOWN = 10_000;

/**
 * Corrects the lag that `XINFO GROUPS` tells. Redis 7.0 loses count of what a group was given when it restarts from a
 * rewritten append-only file, and on a replica that is promoted: its lag is then too high by the same number for good. Ids
 * tell for sure whether anything was not delivered; where nothing is, Redis' count is that number, and it is taken off from then on.
 */
export class GroupLag {
  private readonly known = new Map<string, Excess>();
  private generation = 0;

  /**
   * @param rows of one stream, asked for before `lastId`
   * @param lastId of the stream's last entry; null when it has none, undefined when this user may not ask
   * @param generation of the connection: after a reconnect Redis may count otherwise
   * @returns the rows, corrected where that is possible, and of those that are not the names
   */
  correct(
    key: string,
    rows: readonly GroupRow[],
    lastId: string | null | undefined,
    generation: number,
  ): { rows: GroupRow[]; unsure: string[] } {
    if (generation !== this.generation || this.known.size > MAX_KNOWN) this.known.clear();
    this.generation = generation;
    const unsure: string[] = [];
    const corrected = rows.map((row) => {
      if (lastId === undefined) return row;
      const hasAll = lastId === null || compareEntryIds(row.lastDeliveredId, lastId) >= 0;
      if (hasAll) {
        if (row.lag !== null) this.learn(key, row, row.lag);
        return lessBy(row, row.lag ?? 0, 0);
      }
      if (row.lag === null) return row;
      const excess = this.excessOf(key, row);
      if (excess !== undefined) return lessBy(row, excess, 1);
      unsure.push(row.name);
      return row;
    });
    return { rows: corrected, unsure };
  }

  /**
   * Takes what was counted, entry by entry.
   *
   * @param row as Redis has it
   * @param counted entries that it was not given: all, or there are more
   * @param length of the stream: no group can lag by more
   */
  take(key: string, row: GroupRow, counted: { count: number; isAll: boolean }, length: number): GroupRow {
    const { count, isAll } = counted;
    const lag = row.lag ?? 0;
    const excess = isAll ? Math.max(0, lag - count) : Math.max(0, lag - length);
    this.learn(key, row, excess, isAll ? Infinity : performance.now() + UNCOUNTED_FOR_MS);
    return lessBy(row, excess, count);
  }

  private learn(key: string, { name, lastDeliveredId }: GroupRow, count: number, untilMs = Infinity): void {
    this.known.set(placeOf(key, name), { count, lastDeliveredId, untilMs });
  }

  private excessOf(key: string, { name, lastDeliveredId }: GroupRow): number | undefined {
    const excess = this.known.get(placeOf(key, name));
    if (!excess || excess.untilMs < performance.now()) return undefined;
    return compareEntryIds(lastDeliveredId, excess.lastDeliveredId) < 0 ? undefined : excess.count;
  }
}

function placeOf(key: string, group: string): string {
  return `${String(key.length)} ${key} ${group}`;
}

/** @param least what is there for sure */
function lessBy(row: GroupRow, excess: number, least: number): GroupRow {
  const { entriesRead } = row;
  return {
    ...row,
    lag: Math.max(least, (row.lag ?? 0) - excess),
    entriesRead: entriesRead === null ? null : entriesRead + excess,
  };
}
