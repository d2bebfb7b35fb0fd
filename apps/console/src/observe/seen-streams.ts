import type { MonitoredEntry } from 'nestjs-event-streams';
import type { SurveyedStream } from 'nestjs-event-streams/internal';
import { ReadPace } from 'nestjs-event-streams/internal';
import { summaryOf } from '../streams/entry-summary.js';
import { addedOf, SAMPLED_BYTES, SAMPLED_ENTRIES } from './look-plan.js';
import { Meter } from './meter.js';
import type { FreshEntries, SeenStream } from './picture.js';
import { noteProducers } from './producer-shares.js';
import { seenGroup } from './seen-group.js';
import type { ServerClock } from './server-clock.js';

/** How many new entries of each stream are kept until the feed takes them; the others are counted. */
const MAX_FRESH = 100;
/** The same for a stream that is seen for the first time. */
const FIRST_FRESH = 20;

/** The last known state of the streams, by name. */
export class SeenStreams {
  readonly byName = new Map<string, SeenStream>();

  constructor(private readonly clock: ServerClock) {}

  /** @param everyMs how often a stream is surveyed, in milliseconds */
  take(found: SurveyedStream, everyMs: number): void {
    const { stream: name, info, entries = [] } = found;
    const time = { nowMs: this.clock.nowMs, atMs: performance.now(), everyMs };
    const before = this.byName.get(name);
    const stream = before ?? newStream(name);
    this.byName.set(name, stream);
    const added = addedOf(found.groups) ?? info?.entriesAdded ?? null;
    const appended = before && added !== null ? Math.max(0, added - stream.entriesAdded) : 0;
    stream.length = info?.length ?? stream.length + appended;
    stream.entriesAdded = added ?? stream.entriesAdded;
    stream.meter.add(time.atMs, added, everyMs);
    stream.deadLetters = found.deadLetters ?? stream.deadLetters;
    stream.hadDeadLetters ||= stream.deadLetters > 0;
    if (info) stream.first = info.first && summaryOf(name, info.first);
    takeEntries(stream, entries, before ? appended : 0, found.hasMore);
    noteProducers(stream.producers, entries, time.nowMs);
    const groups = found.groups.map((row) => seenGroup(stream, row, found, time));
    stream.groups = new Map(groups.map((group) => [group.name, group]));
  }

  /** Returns the new entries of each stream, and removes them. */
  takeFresh(): FreshEntries[] {
    return [...this.byName.values()].map((stream) => {
      const { name, fresh: entries, freshLeftOut: leftOut } = stream;
      Object.assign(stream, { fresh: [], freshLeftOut: 0 });
      return { name, entries, leftOut };
    });
  }
}

/** @param appended how many were appended since the last look */
function takeEntries(
  stream: SeenStream,
  entries: readonly MonitoredEntry[],
  appended: number,
  hasMore = entries.length >= stream.pace.count,
): void {
  const isFirstLook = stream.last === null;
  stream.pace.saw(entries);
  const summaries = entries.map((entry) => summaryOf(stream.name, entry));
  stream.last = summaries[0] ?? stream.last;
  const fresh = [...(isFirstLook ? summaries.slice(0, FIRST_FRESH) : summaries), ...stream.fresh];
  stream.fresh = fresh.slice(0, MAX_FRESH);
  stream.freshLeftOut += fresh.length - stream.fresh.length;
  if (hasMore) stream.freshLeftOut += Math.max(0, appended - entries.length);
}

/** A stream before it is looked at. */
export function newStream(name: string): SeenStream {
  return {
    name,
    length: 0,
    entriesAdded: 0,
    meter: new Meter(),
    first: null,
    last: null,
    deadLetters: 0,
    givenUpBy: new Set(),
    givenUpAt: 0,
    givenUpEntries: null,
    hadDeadLetters: false,
    groups: new Map(),
    producers: new Map(),
    fresh: [],
    freshLeftOut: 0,
    pace: new ReadPace(SAMPLED_BYTES, SAMPLED_ENTRIES),
  };
}
