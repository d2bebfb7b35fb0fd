import { Injectable } from '@nestjs/common';
import {
  compareEntryIds,
  EventMonitor,
  timeOfEntryId,
  type MonitoredEntry,
  type ReaderConnection,
  type SurveyedStream,
} from 'nestjs-event-streams';
import { ReadPace } from 'nestjs-event-streams/internal';
import { Problem } from '../access/problem.js';
import { consumerState } from './consumer-state.js';
import { cut, HEAD_BYTES, summaryOf } from '../streams/entry-summary.js';
import { DeadLetterBook } from './dead-letters/dead-letter-book.js';
import { addedOf, looksOfATurn, planLook, SAMPLED_BYTES } from './look-plan.js';
import { Meter } from './meter.js';
import type { FreshEntries, Picture, SeenGroup, SeenStream } from './picture.js';
import { RecentEvents, type SeenDurations } from './recent-events.js';
import { RedisWatch } from './redis-watch.js';
import { StreamDirectory } from './stream-directory.js';
import { Surveyor } from './surveyor.js';
import { POLL_EVERY_MS } from './timing.js';

/** The server's clock is asked for every so many looks. */
const CLOCK_EVERY = 30;
/** With so many connections they are not looked at each time. */
const MANY_WORKERS = 1000;
const MANY_WORKERS_EVERY = 5;
/** A source that was not seen for so long is no producer any more. */
const PRODUCERS_FOR_MS = 5 * 60_000;
/** How much the newest sample counts for a producer's share. */
const NEW_SHARE = 0.3;
/** How long workers may take to come back after an outage. */
const RETURN_MS = 5000;
/** After a pause nothing of before is compared with what is now. */
const PAUSE_MS = 10_000;
/** How many of a stream's new entries one look reads at most. */
const SAMPLED_ENTRIES = 200;
/** New entries that are kept of each stream until the feed takes them; the others are counted. */
const MAX_FRESH = 100;
/** Of those that a stream has as it is seen first. */
const FIRST_FRESH = 20;
/** Sources that are told apart on one stream, and what is kept of their names: whoever publishes may call itself anything. */
const MAX_PRODUCERS = 50;
const MAX_SOURCE_LENGTH = 256;
/** How long one look may read dead letters, in milliseconds. */
const DEAD_LETTERS_MS = 100;

/** Looks at Redis when it is told to, and keeps what it has seen. */
@Injectable()
export class Observatory {
  private readonly streams = new Map<string, SeenStream>();
  private readonly goneSinceMs = new Map<string, number>();
  /** Workers whose connections were there since the last pause. */
  private readonly seenAlive = new Set<string>();
  private workers: Map<string, ReaderConnection> | null = null;
  /** Since the last pause, and of all. */
  private looks = 0;
  private allLooks = 0;
  private offsetMs = 0;
  private workersFromMs = 0;
  private lookedAtMs = -Infinity;
  private looking: Promise<Picture> | undefined;
  /** Durations that ended in the latest look. */
  durations: SeenDurations = { answerMs: [], journeyMs: [] };

  constructor(
    private readonly monitor: EventMonitor,
    private readonly directory: StreamDirectory,
    private readonly recent: RecentEvents,
    private readonly redis: RedisWatch,
    private readonly book: DeadLetterBook,
    private readonly surveyor: Surveyor,
  ) {
    redis.subscribe(({ isUp }) => {
      if (!isUp) this.lookedAtMs = -Infinity;
      // After an outage the workers come back one after the other; until then none of them is called gone.
      this.workersFromMs = this.nowMs + RETURN_MS;
    });
  }

  get picture(): Picture {
    return {
      atMs: this.nowMs,
      partitions: this.surveyor.partitionCount,
      streams: this.streams,
      workers: this.workers,
      goneSinceMs: this.goneSinceMs,
    };
  }

  /**
   * The new entries of each stream, newest first, each once, whoever has looked since: a request between two looks of the live
   * feed finds some, too.
   */
  takeFresh(): FreshEntries[] {
    return [...this.streams.values()].map((stream) => {
      const { name, fresh: entries, freshLeftOut: leftOut } = stream;
      Object.assign(stream, { fresh: [], freshLeftOut: 0 });
      return { name, entries, leftOut };
    });
  }

  /** Tells one look from another. */
  get lookCount(): number {
    return this.allLooks;
  }

  /** The server's clock, as far as it is known. */
  get nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  /**
   * A look that is not older than `maxAgeMs`; whoever asks while one is on its way gets the same.
   *
   * @throws Problem at once while Redis is known to be away: nobody needs to wait for a deadline
   */
  async notOlderThan(maxAgeMs: number): Promise<Picture> {
    const { isUp, reason } = this.redis.state;
    if (!isUp) throw new Problem('redis-away', reason ?? 'Redis cannot be reached');
    if (performance.now() - this.lookedAtMs <= maxAgeMs) return this.picture;
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async look(): Promise<Picture> {
    if (performance.now() - this.lookedAtMs > PAUSE_MS) this.beginAnew();
    await this.directory.search();
    const isManyWorkers = (this.workers?.size ?? 0) > MANY_WORKERS;
    const survey = await this.surveyor.survey({
      streams: planLook(this.looks, this.directory.names, this.picture),
      clock: this.looks % CLOCK_EVERY === 0,
      workers: !isManyWorkers || this.looks % MANY_WORKERS_EVERY === 0,
    });
    if (survey.nowMs !== undefined) this.offsetMs = survey.nowMs - Date.now();
    if (survey.workers !== undefined) {
      const seen = this.nowMs < this.workersFromMs ? null : survey.workers;
      this.workers = seen && new Map(seen.map((worker) => [worker.consumer, worker]));
      for (const { consumer } of seen ?? []) this.seenAlive.add(consumer);
    }
    const found = await this.withBeginnings(survey.streams);
    for (const one of found) this.take(one);
    await this.readDeadLetters();
    // In the order of publishing over all streams, so that causes are known before their answers.
    const entries = found.flatMap(({ stream, entries = [] }) => entries.map((entry) => ({ stream, entry })));
    entries.sort((a, b) => compareEntryIds(a.entry.id, b.entry.id));
    this.durations = this.recent.add(entries, this.nowMs);
    this.noteGone();
    const isFirst = this.looks === 0;
    this.looks += 1;
    this.allLooks += 1;
    this.lookedAtMs = performance.now();
    // Only now are the groups known: their consumers belong to the first picture, too.
    return isFirst && survey.streams.length > 0 ? this.look() : this.picture;
  }

  private beginAnew(): void {
    this.looks = 0;
    this.streams.clear();
    this.goneSinceMs.clear();
    this.seenAlive.clear();
  }

  /** What new streams have already: the newest of it, one stream after the other, each within its bounds. */
  private async withBeginnings(surveyed: readonly SurveyedStream[]): Promise<SurveyedStream[]> {
    const found: SurveyedStream[] = [];
    for (const one of surveyed) {
      const isNew = !this.streams.has(one.stream) && one.info;
      found.push(isNew ? { ...one, entries: await this.newest(one.stream) } : one);
    }
    return found;
  }

  private async newest(stream: string): Promise<MonitoredEntry[]> {
    const entries: MonitoredEntry[] = [];
    let bytes = 0;
    const range = { order: 'newest-first', replyBytes: SAMPLED_BYTES, wholeBytes: HEAD_BYTES } as const;
    const pages = this.monitor.pages(stream, range);
    for await (const page of pages) {
      entries.push(...page.entries);
      bytes += page.bytes;
      if (entries.length >= SAMPLED_ENTRIES || bytes >= SAMPLED_BYTES) break;
    }
    return entries.slice(0, SAMPLED_ENTRIES);
  }

  /** Whose dead letters they are, where there are others than before. */
  private async readDeadLetters(): Promise<void> {
    const endsAt = performance.now() + DEAD_LETTERS_MS;
    for (const stream of this.streams.values()) {
      if (stream.deadLetters === stream.givenUpAt) continue;
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) return;
      const deadLetters = await this.book.of(stream.name, leftMs);
      stream.givenUpBy = deadLetters.groups;
      stream.givenUpEntries = deadLetters.isComplete ? deadLetters.entries : null;
      stream.deadLetters = deadLetters.total;
      if (!deadLetters.isReading) stream.givenUpAt = deadLetters.total;
    }
  }

  private take(found: SurveyedStream): void {
    const { stream: name, info, entries = [] } = found;
    const isMissing = info === null && found.groups.length === 0;
    if (isMissing) {
      this.directory.drop(name);
      this.book.forget(name);
      this.streams.delete(name);
      return;
    }
    const atMs = performance.now();
    const everyMs = looksOfATurn(this.directory.names.length) * POLL_EVERY_MS;
    const before = this.streams.get(name);
    const stream = before ?? newStream(name);
    this.streams.set(name, stream);
    const added = addedOf(found.groups) ?? info?.entriesAdded ?? null;
    const appended = before && added !== null ? Math.max(0, added - stream.entriesAdded) : 0;
    stream.length = info?.length ?? stream.length + appended;
    stream.entriesAdded = added ?? stream.entriesAdded;
    stream.meter.add(atMs, added, everyMs);
    stream.deadLetters = found.deadLetters ?? stream.deadLetters;
    stream.hadDeadLetters ||= stream.deadLetters > 0;
    if (info) stream.first = info.first && summaryOf(name, info.first);
    this.takeEntries(stream, entries, before ? appended : 0, found.hasMore);
    const groups = found.groups.map((row) => this.group(stream, row.name, row, found, atMs, everyMs));
    stream.groups = new Map(groups.map((group) => [group.name, group]));
  }

  private takeEntries(
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
    const counts = new Map<string, number>();
    for (const { event } of entries) {
      if (!event) continue;
      const source = cut(event.source, MAX_SOURCE_LENGTH);
      counts.set(source, (counts.get(source) ?? 0) + 1);
    }
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    for (const [source, { share, seenMs }] of stream.producers) {
      if (this.nowMs - seenMs > PRODUCERS_FOR_MS) stream.producers.delete(source);
      else if (all > 0) stream.producers.set(source, { share: share * (1 - NEW_SHARE), seenMs });
    }
    for (const [source, count] of counts) {
      const known = stream.producers.get(source);
      if (!known && stream.producers.size >= MAX_PRODUCERS) continue;
      const share = known || stream.producers.size > 0 ? (known?.share ?? 0) + (NEW_SHARE * count) / all : count / all;
      stream.producers.set(source, { share, seenMs: this.nowMs });
    }
  }

  private group(
    stream: SeenStream,
    name: string,
    row: SurveyedStream['groups'][number],
    found: SurveyedStream,
    atMs: number,
    everyMs: number,
  ): SeenGroup {
    const before = stream.groups.get(name);
    const meter = before?.meter ?? new Meter();
    const delivered = row.lag === null ? row.entriesRead : stream.entriesAdded - row.lag;
    meter.add(atMs, delivered === null ? null : Math.max(0, delivered - row.pending), everyMs);
    const rows = found.consumers[name];
    const summary = found.pending[name];
    return {
      ...row,
      meter,
      lagMs: this.lagMs(stream, row, found.next[name], before?.lagMs ?? 0),
      consumerRows: rows ?? before?.consumerRows,
      consumersAtMs: rows ? this.nowMs : (before?.consumersAtMs ?? 0),
      oldestPendingId: row.pending === 0 ? null : (summary?.first ?? before?.oldestPendingId),
      replays: found.replays[name] ?? before?.replays ?? 0,
    };
  }

  private lagMs(
    stream: SeenStream,
    { lag, lastDeliveredId }: SurveyedStream['groups'][number],
    next: string | null | undefined,
    before: number,
  ): number {
    if (lag === 0 || (stream.last && compareEntryIds(stream.last.id, lastDeliveredId) <= 0)) return 0;
    // What was asked for before may have been delivered meanwhile; then the entry after it has waited less.
    const waits = (id: string): number => Math.max(0, this.nowMs - timeOfEntryId(id));
    if (next !== undefined) return next === null ? 0 : waits(next);
    if (lag === 1 && stream.last) return waits(stream.last.id);
    return Math.min(before + 1000, waits(lastDeliveredId));
  }

  private noteGone(): void {
    const there = new Set<string>();
    for (const { groups } of this.streams.values()) {
      for (const { consumerRows = [], consumersAtMs } of groups.values()) {
        for (const row of consumerRows) {
          if (consumerState(row, this.workers) !== 'gone') continue;
          there.add(row.name);
          const known = this.goneSinceMs.get(row.name);
          // One that was never seen is gone since it was last heard of on any stream, which can be long ago.
          if (!this.seenAlive.has(row.name)) {
            this.goneSinceMs.set(row.name, Math.max(known ?? 0, consumersAtMs - row.idleMs));
          } else if (known === undefined) this.goneSinceMs.set(row.name, this.nowMs);
        }
      }
    }
    for (const name of this.goneSinceMs.keys()) if (!there.has(name)) this.goneSinceMs.delete(name);
  }
}

function newStream(name: string): SeenStream {
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
