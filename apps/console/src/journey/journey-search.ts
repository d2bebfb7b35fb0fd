import { Injectable } from '@nestjs/common';
import { EventMonitor, timeOfEntryId, type MonitoredEntry } from 'nestjs-event-streams';
import type { Scan } from '../contract/streams.js';
import { RecentEvents } from '../observe/recent-events.js';
import type { UndecodedEntry } from '../streams/entry-filter.js';
import { fieldOf, headOf, HEAD_BYTES, summaryOf } from '../streams/entry-summary.js';
import { MAX_SCAN_MS, Scanner, type ScanResult } from '../streams/scanner.js';
import { readCursor, type JourneyCursor } from './cursor.js';
import type { FoundEvent } from './timeline.js';

/** The search begins around the known events of a journey: causes are before them, answers after them. */
const BEFORE_MS = 10_000;
const AFTER_MS = 60_000;
/** Per pass, over all streams: a page could not show more. */
const MAX_EVENTS = 500;

/** An event of a journey, without its payload: a journey can have many large events. */
export type Found = Omit<FoundEvent, 'deliveries'>;

/** What one request found of a journey, and how far it came. */
export interface Searched {
  /** Each event once. */
  found: Found[];
  scans: Record<string, Scan>;
  cursor: JourneyCursor;
}

/** Where a search begins. */
export interface SearchFrom {
  /** A time or an entry id, around which to search first. */
  near: string | undefined;
  /** Of the previous answer: the search goes on there. */
  cursor: string | undefined;
}

/** Searches the streams for the events of a correlation id. */
@Injectable()
export class JourneySearch {
  constructor(
    private readonly monitor: EventMonitor,
    private readonly recent: RecentEvents,
    private readonly scanner: Scanner,
  ) {}

  /** @param streams where to search, without prefix */
  async search(correlationId: string, streams: readonly string[], from: SearchFrom): Promise<Searched> {
    const known = await this.known(correlationId);
    const searched = await this.backwards(correlationId, firstCursor(streams, known, from));
    return { ...searched, found: unique([...known, ...searched.found]) };
  }

  /** The recent events that still exist; read one by one, because each can be large. */
  private async known(correlationId: string): Promise<Found[]> {
    const found: Found[] = [];
    for (const { stream, id } of this.recent.ofCorrelation(correlationId).slice(0, MAX_EVENTS)) {
      const entry = await this.monitor.entry(stream, id, { wholeBytes: HEAD_BYTES });
      if (entry) found.push(...foundIn(stream, entry));
    }
    return found;
  }

  /** Searches backwards; if that finds events far back in time, searches around them, too. */
  private async backwards(correlationId: string, cursor: JourneyCursor): Promise<Searched> {
    const first = await this.pass(correlationId, cursor);
    const isBounded = cursor.from !== null;
    if (isBounded || first.found.length === 0) return first;
    const streams = Object.keys(cursor.at);
    const times = first.found.map(({ id }) => timeOfEntryId(id));
    const second = await this.pass(correlationId, {
      ...around(times),
      at: Object.fromEntries(streams.map((stream) => [stream, ''])),
    });
    return { ...second, found: [...first.found, ...second.found] };
  }

  private async pass(correlationId: string, { from, to, at }: JourneyCursor): Promise<Searched> {
    const range = { ...(from === null ? {} : { from: String(from) }), ...(to === null ? {} : { to: String(to) }) };
    const isWanted = ({ fields }: UndecodedEntry): boolean =>
      fieldOf(fields, 'correlation_id') === correlationId || fieldOf(fields, 'event_id') === correlationId;
    const open = Object.entries(at).flatMap(([stream, last]) => (last === null ? [] : [{ stream, last }]));
    const done: (ScanResult<Found[]> & { stream: string })[] = [];
    const endsAt = performance.now() + MAX_SCAN_MS;
    let room = MAX_EVENTS;
    // One stream after the other, so that only one page is in memory. The time that one stream does not need is left for the others.
    for (const [index, { stream, last }] of open.entries()) {
      // The next request searches the other streams.
      if (room <= 0) break;
      const shareMs = Math.max(0, endsAt - performance.now()) / (open.length - index);
      const place = { ...range, cursor: last || undefined };
      const keep = (entry: MonitoredEntry): Found[] => foundIn(stream, entry);
      const result = await this.scanner.scan(stream, place, isWanted, keep, room, shareMs);
      room -= result.found.length;
      done.push({ stream, ...result });
    }
    return {
      found: done.flatMap(({ found }) => found.flat()),
      scans: Object.fromEntries(done.map(({ stream, scan }) => [stream, scan])),
      cursor: { from, to, at: { ...at, ...Object.fromEntries(done.map(({ stream, next }) => [stream, next])) } },
    };
  }
}

function firstCursor(streams: readonly string[], known: readonly Found[], { near, cursor }: SearchFrom): JourneyCursor {
  if (cursor !== undefined) return readCursor(cursor);
  const times = known.map(({ id }) => timeOfEntryId(id));
  if (near !== undefined) times.push(timeOfEntryId(near));
  return { ...around(times), at: Object.fromEntries(streams.map((stream) => [stream, ''])) };
}

function foundIn(stream: string, entry: MonitoredEntry): Found[] {
  if (!entry.event) return [];
  return [{ stream, id: entry.id, event: headOf(entry.event), summary: summaryOf(stream, entry) }];
}

/** The time range to search first; without bounds if no time is known. */
function around(times: readonly number[]): Pick<JourneyCursor, 'from' | 'to'> {
  if (times.length === 0) return { from: null, to: null };
  // An entry id can be higher than any date, and than the largest safe integer.
  const within = times.map((ms) => Math.min(ms, Number.MAX_SAFE_INTEGER));
  const first = within.reduce((one, other) => Math.min(one, other));
  const last = within.reduce((one, other) => Math.max(one, other));
  return {
    from: Math.max(0, first - BEFORE_MS),
    to: last + AFTER_MS > Number.MAX_SAFE_INTEGER ? null : last + AFTER_MS,
  };
}

function unique(events: readonly Found[]): Found[] {
  return [...new Map(events.map((event) => [`${event.stream} ${event.id}`, event])).values()];
}
