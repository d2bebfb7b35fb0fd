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

/** The server's clock is asked for every so many looks. */
const CLOCK_EVERY = 30;
/** With so many connections they are not looked at each time. */
const MANY_WORKERS = 1000;
const MANY_WORKERS_EVERY = 5;
/** After a pause nothing of before is compared with what is now. */
const PAUSE_MS = 10_000;

/** Looks at Redis when it is told to, and keeps what it has seen. */
@Injectable()
export class Observatory {
  private readonly clock = new ServerClock();
  private readonly streams = new SeenStreams(this.clock);
  private readonly presence = new WorkerPresence(this.clock);
  /** Since the last pause, and of all. */
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
   * The new entries of each stream, newest first, each once, whoever has looked since: a request between two looks of the live
   * feed finds some, too.
   */
  takeFresh(): FreshEntries[] {
    return this.streams.takeFresh();
  }

  /** Tells one look from another. */
  get lookCount(): number {
    return this.allLooks;
  }

  /** The server's clock, as far as it is known. */
  get nowMs(): number {
    return this.clock.nowMs;
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
    // In the order of publishing over all streams, so that causes are known before their answers.
    const entries = found.flatMap(({ stream, entries = [] }) => entries.map((entry) => ({ stream, entry })));
    entries.sort((a, b) => compareEntryIds(a.entry.id, b.entry.id));
    this.durations = this.recent.add(entries, this.nowMs);
    this.presence.noteGone(this.streams.byName.values());
    const isFirst = this.looks === 0;
    this.looks += 1;
    this.allLooks += 1;
    this.lookedAtMs = performance.now();
    // Only now are the groups known: their consumers belong to the first picture, too.
    return isFirst && survey.streams.length > 0 ? this.look() : this.picture;
  }

  private beginAnew(): void {
    this.looks = 0;
    this.streams.byName.clear();
    this.presence.beginAnew();
  }

  /** What new streams have already, one stream after the other. */
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
