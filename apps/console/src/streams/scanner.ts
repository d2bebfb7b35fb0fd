import { Injectable } from '@nestjs/common';
import { EventMonitor, timeOfEntryId, type MonitoredEntry, type RawEntry } from 'nestjs-event-streams';
import type { Scan } from '../contract/streams.js';
import { HEAD_BYTES } from './entry-summary.js';

/** How long one request may look, in milliseconds: whoever asks goes on by what it gives as `next`. */
export const MAX_SCAN_MS = 1000;

/** What to look through: backwards from `to` (or the cursor) to `from`; entry ids, or their times. */
export interface ScanRange {
  from?: string;
  to?: string;
  /** The last entry that was looked at before. */
  cursor?: string | undefined;
  /** Whether what is looked for can stand anywhere in an entry: then all of it is read. @default false */
  anywhere?: boolean;
}

export interface ScanResult<T> {
  found: T[];
  /** The last entry that was looked at; null when nothing is left. */
  next: string | null;
  scan: Scan;
}

/** Looks through a stream backwards, a part of it with each request: so many finds, and for so long. */
@Injectable()
export class Scanner {
  constructor(private readonly monitor: EventMonitor) {}

  /**
   * @param wanted by an entry's fields; nothing else is decoded
   * @param keep what is kept of an entry that was found: entries can be large
   * @param count after how many found ones it stops
   */
  async scan<T>(
    stream: string,
    { from = '-', to = '+', cursor, anywhere = false }: ScanRange,
    wanted: (entry: RawEntry) => boolean,
    keep: (entry: MonitoredEntry) => T,
    count: number,
    longestMs = MAX_SCAN_MS,
  ): Promise<ScanResult<T>> {
    const endsAt = performance.now() + longestMs;
    const found: T[] = [];
    let scanned = 0;
    let last = cursor;
    /** How many were looked at up to each find. */
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
      // Between two pages, so that what else the console does is not held up.
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
