import { Injectable } from '@nestjs/common';
import { EventMonitor, timeOfEntryId, type MonitoredEntry } from 'nestjs-event-streams';
import type { Scan } from '../contract/streams.js';
import type { UndecodedEntry } from './entry-filter.js';
import { HEAD_BYTES } from './entry-summary.js';

/** How long one request may search, in milliseconds: the client continues with the `next` of the answer. */
export const MAX_SCAN_MS = 1000;

/** The range of a search, backwards from `to` (or the cursor) to `from`: entry ids or times. */
export interface ScanRange {
  from?: string;
  to?: string;
  /** The last entry that the previous request read. */
  cursor?: string | undefined;
  /** Whether the search needs whole entries and not only the beginning of their fields. @default false */
  anywhere?: boolean;
}

export interface ScanResult<T> {
  found: T[];
  /** The last entry that was read; null if the search is complete. */
  next: string | null;
  scan: Scan;
}

/** Searches a stream backwards, a part of it with each request, limited by results and by time. */
@Injectable()
export class Scanner {
  constructor(private readonly monitor: EventMonitor) {}

  /**
   * @param wanted tests the entry's raw fields; only results are decoded
   * @param keep maps a result to what is kept of it, because entries can be large
   * @param count after how many results it stops
   */
  async scan<T>(
    stream: string,
    { from = '-', to = '+', cursor, anywhere = false }: ScanRange,
    wanted: (entry: UndecodedEntry) => boolean,
    keep: (entry: MonitoredEntry) => T,
    count: number,
    longestMs = MAX_SCAN_MS,
  ): Promise<ScanResult<T>> {
    const endsAt = performance.now() + longestMs;
    const found: T[] = [];
    let scanned = 0;
    let last = cursor;
    /** How many entries were read up to each result. */
    const places = new Map<string, number>();
    const pages = this.monitor.pages(stream, {
      order: 'newest-first',
      from,
      to: cursor === undefined ? to : `(${cursor}`,
      ...(anywhere ? {} : { wholeBytes: HEAD_BYTES }),
      wanted: (entry) => {
        scanned += 1;
        const isWanted = wanted(entry);
        if (isWanted) places.set(entry.id, scanned);
        return isWanted;
      },
    });
    for await (const page of pages) {
      for (const entry of page.entries) {
        if (found.push(keep(entry)) >= count) return resultOf(found, places.get(entry.id) ?? scanned, entry.id, false);
      }
      last = page.last ?? last;
      places.clear();
      if (page.isEnd) return resultOf(found, scanned, last, true);
      // Yields to other work of the console between two pages.
      if (performance.now() >= endsAt) break;
    }
    return resultOf(found, scanned, last, false);
  }
}

function resultOf<T>(found: T[], scanned: number, last: string | undefined, complete: boolean): ScanResult<T> {
  return {
    found,
    next: complete ? null : (last ?? null),
    scan: { scanned, reachedMs: last === undefined ? null : timeOfEntryId(last), complete },
  };
}
