import { Injectable } from '@nestjs/common';
import { EventMonitor, timeOfEntryId, type MonitoredEntry } from 'nestjs-event-streams';
import { groupBy } from 'nestjs-event-streams/internal';
import type { Journey } from '../contract/journey.js';
import type { DeliveryView, Scan } from '../contract/streams.js';
import { Observatory } from '../observe/observatory.js';
import { RecentEvents } from '../observe/recent-events.js';
import { Surveyor } from '../observe/surveyor.js';
import { FRESH_MS } from '../observe/timing.js';
import { consumersOf } from '../overview/consumers.js';
import { DeliveriesService } from '../streams/deliveries.service.js';
import type { UndecodedEntry } from '../streams/entry-filter.js';
import { fieldOf, headOf, HEAD_BYTES, summaryOf } from '../streams/entry-summary.js';
import { MAX_SCAN_MS, Scanner, type ScanResult } from '../streams/scanner.js';
import { readCursor, writeCursor, type JourneyCursor } from './cursor.js';
import { timelineOf, type FoundEvent } from './timeline.js';

/** The search begins around the known events of a journey: causes are before them, answers after them. */
const BEFORE_MS = 10_000;
const AFTER_MS = 60_000;
/** Per pass, over all streams: a page could not show more. */
const MAX_EVENTS = 500;

/** An event of a journey, without its payload: a journey can have many large events. */
type Found = Omit<FoundEvent, 'deliveries'>;
interface Pass {
  found: Found[];
  scans: Record<string, Scan>;
  cursor: JourneyCursor;
}

/** Finds all events of a correlation id and makes a timeline of them. */
@Injectable()
export class JourneyService {
  /** The source under which the workers of a group publish, for each group where it was seen. */
  private readonly sources = new Map<string, string>();

  constructor(
    private readonly monitor: EventMonitor,
    private readonly observatory: Observatory,
    private readonly recent: RecentEvents,
    private readonly scanner: Scanner,
    private readonly deliveries: DeliveriesService,
    private readonly surveyor: Surveyor,
  ) {}

  /**
   * @param near a time or an entry id, around which to search first
   * @param cursor of the previous answer
   */
  async journey(correlationId: string, near?: string, cursor?: string): Promise<Journey> {
    const picture = await this.observatory.notOlderThan(FRESH_MS);
    for (const { group, source } of consumersOf(picture)) if (source !== null) this.sources.set(group, source);
    const streams = [...picture.streams.keys()].sort();
    const known = await this.known(correlationId);
    const pass = await this.search(correlationId, this.firstCursor(streams, known, near, cursor));
    const events = unique([...known, ...pass.found]);
    const isComplete = Object.values(pass.cursor.at).every((at) => at === null);
    const found = await this.withDeliveries(events);
    await this.learnSources(found);
    const timeline = timelineOf(found, this.sources, this.observatory.nowMs);
    return {
      correlationId,
      ...timeline,
      isComplete,
      cursor: isComplete ? null : writeCursor(pass.cursor),
      scans: pass.scans,
      caveats: caveatsOf(timeline, isComplete),
    };
  }

  /** Reads the workers of the groups that the regular survey has not read yet. */
  private async learnSources(found: readonly FoundEvent[]): Promise<void> {
    const unknown = new Map<string, string>();
    for (const { stream, deliveries } of found) {
      for (const { group } of deliveries) if (!this.sources.has(group)) unknown.set(group, stream);
    }
    if (unknown.size === 0) return;
    const { workers, streams } = await this.surveyor.survey({
      workers: true,
      streams: [...unknown].map(([group, stream]) => ({ stream, consumersOf: [group] })),
    });
    for (const { consumers } of streams) {
      for (const [group, rows] of Object.entries(consumers)) {
        const worker = workers?.find(({ consumer }) => rows.some(({ name }) => name === consumer));
        if (worker) this.sources.set(group, worker.source);
      }
    }
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

  private firstCursor(
    streams: readonly string[],
    known: readonly Found[],
    near?: string,
    cursor?: string,
  ): JourneyCursor {
    if (cursor !== undefined) return readCursor(cursor);
    const times = known.map(({ id }) => timeOfEntryId(id));
    if (near !== undefined) times.push(timeOfEntryId(near));
    return { ...around(times), at: Object.fromEntries(streams.map((stream) => [stream, ''])) };
  }

  /** Searches backwards; if that finds events far back in time, searches around them, too. */
  private async search(correlationId: string, cursor: JourneyCursor): Promise<Pass> {
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

  private async pass(correlationId: string, { from, to, at }: JourneyCursor): Promise<Pass> {
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

  private async withDeliveries(events: readonly Found[]): Promise<FoundEvent[]> {
    const byStream = [...groupBy(events, ({ stream }) => stream)];
    const deliveries = new Map<string, ReadonlyMap<string, readonly DeliveryView[]>>();
    await Promise.all(
      byStream.map(async ([stream, own]) => {
        deliveries.set(
          stream,
          await this.deliveries.of(
            stream,
            own.map(({ id }) => id),
          ),
        );
      }),
    );
    return events.map((event) => ({
      ...event,
      deliveries: deliveries.get(event.stream)?.get(event.id) ?? [],
    }));
  }
}

function foundIn(stream: string, entry: MonitoredEntry): Found[] {
  if (!entry.event) return [];
  return [{ stream, id: entry.id, event: headOf(entry.event), summary: summaryOf(stream, entry) }];
}

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

function caveatsOf({ events }: Pick<Journey, 'events'>, isComplete: boolean): string[] {
  const handlings = events.flatMap(({ handledBy }) => handledBy);
  const caveats: string[] = [];
  if (!isComplete) caveats.push('The search is not complete: there may be more events.');
  if (events.some(({ cause, event }) => event.causation_id !== undefined && cause === null)) {
    caveats.push('The cause of an event was not found.');
  }
  if (handlings.some(({ state }) => state === 'unknown')) {
    caveats.push('For some events it is not known whether they were settled or became dead letters.');
  }
  if (handlings.some(({ known }) => known === 'none')) {
    caveats.push('Redis does not record when a group settled an event without an answer, or how often it tried.');
  }
  if (handlings.some(({ known }) => known === 'answer')) {
    caveats.push('The time to an answer includes waiting and handling.');
  }
  return caveats;
}
