import { Injectable } from '@nestjs/common';
import { EventMonitor, timeOfEntryId, type MonitoredEntry } from 'nestjs-event-streams';
import type { Scan } from '../contract/streams.js';

const PAGE = 500;
/** What one request may look at. */
const MOST_ENTRIES = 20_000;
const LONGEST_MS = 500;

/** What to look through: backwards from `to` (or the cursor) to `from`; entry ids, or their times. */
export interface ScanRange {
  from?: string;
  to?: string;
  /** The last entry that was looked at before. */
  cursor?: string | undefined;
}

export interface ScanResult {
  found: MonitoredEntry[];
  /** The last entry that was looked at; null when nothing is left. */
  next: string | null;
  scan: Scan;
}

/** Looks through a stream backwards, a bounded part of it at a time. */
@Injectable()
export class Scanner {
  constructor(private readonly monitor: EventMonitor) {}

  /**
   * @param count after how many found ones it stops
   * @param share of what one request may look at, for one of several streams
   */
  async scan(
    stream: string,
    { from = '-', to = '+', cursor }: ScanRange,
    wanted: (entry: MonitoredEntry) => boolean,
    count: number,
    share = 1,
  ): Promise<ScanResult> {
    const endsAt = performance.now() + LONGEST_MS * share;
    const found: MonitoredEntry[] = [];
    let scanned = 0;
    let last = cursor;
    for (;;) {
      const before = last === undefined ? to : `(${last}`;
      const page = await this.monitor.latest(stream, { from, to: before, count: PAGE });
      for (const entry of page) {
        scanned += 1;
        last = entry.id;
        if (wanted(entry) && found.push(entry) >= count) return resultOf(found, scanned, last, false);
      }
      if (page.length < PAGE) return resultOf(found, scanned, last, true);
      // Between two entries, so that what else the console does is not held up.
      if (scanned >= MOST_ENTRIES * share || performance.now() >= endsAt) return resultOf(found, scanned, last, false);
    }
  }
}

function resultOf(found: MonitoredEntry[], scanned: number, last: string | undefined, complete: boolean): ScanResult {
  return {
    found,
    next: complete ? null : (last ?? null),
    scan: { scanned, reachedMs: last === undefined ? null : timeOfEntryId(last), complete },
  };
}
