import { Injectable } from '@nestjs/common';
import { compareEntryIds, EventMonitor } from 'nestjs-event-streams';
import type { SurveyedStream } from 'nestjs-event-streams/internal';
import { Problem } from '../access/problem.js';
import { DeadLetterBook } from './dead-letters/dead-letter-book.js';
import { noteGivenUp } from './dead-letters/given-up.js';
import { looksOfATurn, planLook } from './look-plan.js';
import { newestEntries } from './newest-entries.js';
import type { FreshEntries, Picture } from './picture.js';
import { RecentEvents, type SeenDurations } from './recent-events.js';
import { RedisWatch } from './redis-watch.js';
import { SeenStreams } from './seen-streams.js';
import { ServerClock } from './server-clock.js';
import { StreamDirectory } from './stream-directory.js';
import { Surveyor } from './surveyor.js';
import { POLL_EVERY_MS } from './timing.js';
import { WorkerPresence } from './worker-presence.js';

/** How many looks there are between two readings of the server's clock. */
const CLOCK_EVERY = 30;
/** With more connections than this, they are listed only in every fifth look. */
const MANY_WORKERS = 1000;
const MANY_WORKERS_EVERY = 5;
/** After a longer pause between two looks, in milliseconds, earlier numbers are forgotten: rates would be wrong. */
const PAUSE_MS = 10_000;

/** Looks at Redis on request, and keeps the result for all views. */
@Injectable()
export class Observatory {
  private readonly clock = new ServerClock();
  private readonly streams = new SeenStreams(this.clock);
  private readonly presence = new WorkerPresence(this.clock);
  /** The number of looks since the last pause, and in total. */
  private looks = 0;
  private allLooks = 0;
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
      this.presence.awaitReturn();
    });
  }

  get picture(): Picture {
    return {
      atMs: this.nowMs,
      partitions: this.surveyor.partitionCount,
      streams: this.streams.byName,
      workers: this.presence.workers,
      goneSinceMs: this.presence.goneSinceMs,
    };
  }

  /**
   * The new entries of each stream since the last call, newest first, each once. Includes those that other requests found in between.
   */
  takeFresh(): FreshEntries[] {
    return this.streams.takeFresh();
  }

  /** The number of looks so far: it changes with each look. */
  get lookCount(): number {
    return this.allLooks;
  }

  /** The time by the server's clock, about, in milliseconds since 1970. */
  get nowMs(): number {
    return this.clock.nowMs;
  }

  /**
   * The last look, or a new one if it is older than `maxAgeMs`. Requests at the same time share a look.
   *
   * @throws Problem at once if Redis is known to be unavailable, instead of after a timeout
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
    const isManyWorkers = (this.presence.workers?.size ?? 0) > MANY_WORKERS;
    const survey = await this.surveyor.survey({
      streams: planLook(this.looks, this.directory.names, this.picture),
      clock: this.looks % CLOCK_EVERY === 0,
      workers: !isManyWorkers || this.looks % MANY_WORKERS_EVERY === 0,
    });
    if (survey.nowMs !== undefined) this.clock.set(survey.nowMs);
    if (survey.workers !== undefined) this.presence.see(survey.workers);
    const found = await this.withBeginnings(survey.streams);
    for (const one of found) this.take(one);
    await noteGivenUp(this.streams.byName.values(), this.book);
    // In the order of publishing over all streams, so that a cause is added before its answers.
    const entries = found.flatMap(({ stream, entries = [] }) => entries.map((entry) => ({ stream, entry })));
    entries.sort((a, b) => compareEntryIds(a.entry.id, b.entry.id));
    this.durations = this.recent.add(entries, this.nowMs);
    this.presence.noteGone(this.streams.byName.values());
    const isFirst = this.looks === 0;
    this.looks += 1;
    this.allLooks += 1;
    this.lookedAtMs = performance.now();
    // The first look finds the groups; a second one reads their consumers.
    return isFirst && survey.streams.length > 0 ? this.look() : this.picture;
  }

  private beginAnew(): void {
    this.looks = 0;
    this.streams.byName.clear();
    this.presence.beginAnew();
  }

  /** Adds the newest entries of new streams, one stream after the other. */
  private async withBeginnings(surveyed: readonly SurveyedStream[]): Promise<SurveyedStream[]> {
    const found: SurveyedStream[] = [];
    for (const one of surveyed) {
      const isNew = !this.streams.byName.has(one.stream) && one.info;
      found.push(isNew ? { ...one, entries: await newestEntries(this.monitor, one.stream) } : one);
    }
    return found;
  }

  private take(found: SurveyedStream): void {
    const { stream, info, groups } = found;
    if (info === null && groups.length === 0) {
      this.directory.drop(stream);
      this.book.forget(stream);
      this.streams.byName.delete(stream);
      return;
    }
    this.streams.take(found, looksOfATurn(this.directory.names.length) * POLL_EVERY_MS);
  }
}
