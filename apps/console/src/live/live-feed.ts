import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { isOutage } from 'nestjs-event-streams';
import { Problem } from '../access/problem.js';
import type { LiveMessages, TailedEntries } from '../contract/live.js';
import type { EntrySummary } from '../contract/streams.js';
import { Observatory } from '../observe/observatory.js';
import type { FreshEntries } from '../observe/picture.js';
import { RedisWatch } from '../observe/redis-watch.js';
import { POLL_EVERY_MS } from '../observe/timing.js';
import { OverviewService } from '../overview/overview.service.js';
import { Users } from '../users/users.js';
import { whyFull } from './feed-bounds.js';
import { LiveExtras } from './live-extras.js';
import { messageOf, MAX_WAITING_BYTES, type LiveClient, type LiveOwner } from './live-client.js';

/** How often each client gets a beat, in milliseconds. */
const BEAT_EVERY_MS = 3000;
/** The most entries in one message, which is sent each second. */
const TAILED_ENTRIES = 100;

/**
 * Reads Redis once a second for all clients together, and not at all without clients: the timer runs only while a client is connected.
 */
@Injectable()
export class LiveFeed implements OnModuleDestroy {
  private readonly logger = new Logger('console');
  private readonly clients = new Set<LiveClient>();
  private timer: NodeJS.Timeout | undefined;
  private beats: NodeJS.Timeout | undefined;
  private ticks = 0;

  constructor(
    private readonly observatory: Observatory,
    private readonly overviews: OverviewService,
    private readonly redis: RedisWatch,
    private readonly extras: LiveExtras,
    users: Users,
  ) {
    // Ends the feeds of users who were removed or changed; their pages connect again.
    users.onChange(() => {
      for (const client of this.clients) {
        const { user } = client.owner;
        if (user !== null && !users.isCurrent(user)) client.end();
      }
    });
    redis.subscribe((state) => {
      this.sendAll('redis', state);
    });
  }

  /** Why this owner cannot open another feed now; null if they can. */
  whyFull(owner: LiveOwner): string | null {
    return whyFull(
      [...this.clients].flatMap((client) => (client.isEnding ? [] : [client.owner])),
      owner,
    );
  }

  /** Adds a client until its connection closes. */
  add(client: LiveClient): void {
    this.clients.add(client);
    client.onClose(() => {
      this.clients.delete(client);
      if (this.clients.size === 0) this.stop();
    });
    client.send(messageOf('redis', this.redis.state));
    client.beat(BEAT_EVERY_MS);
    if (this.clients.size === 1) this.start();
  }

  onModuleDestroy(): void {
    this.stop();
    for (const client of this.clients) client.end();
  }

  private start(): void {
    // Entries from the time without clients are not new.
    this.observatory.takeFresh();
    this.beats = setInterval(() => {
      for (const client of this.clients) client.beat(BEAT_EVERY_MS);
    }, BEAT_EVERY_MS);
    this.schedule(0);
  }

  private stop(): void {
    clearInterval(this.beats);
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.tick();
    }, delayMs);
  }

  /** Never throws. */
  private async tick(): Promise<void> {
    const startedMs = performance.now();
    this.ticks += 1;
    try {
      // Reuses what a request has just read.
      const overview = await this.overviews.overview(POLL_EVERY_MS / 4);
      this.sendAll('overview', overview);
      this.sendEntries();
      await this.sendExtras();
    } catch (error) {
      // RedisWatch tells the clients of an outage; the next tick tries again.
      if (!(isOutage(error) || error instanceof Problem)) this.logger.error(error);
    }
    if (this.clients.size > 0)
      this.schedule(Math.max(POLL_EVERY_MS / 4, POLL_EVERY_MS - (performance.now() - startedMs)));
  }

  private sendEntries(): void {
    const fresh = this.observatory.takeFresh();
    const tails = new Set([...this.clients].map(({ interest }) => interest.tail).filter((tail) => tail !== undefined));
    for (const tail of tails) {
      const tailed = tailedOf(tail, fresh);
      if (tailed.entries.length === 0 && Object.keys(tailed.leftOut).length === 0) continue;
      const message = messageOf('entries', tailed);
      for (const client of this.clients) if (client.interest.tail === tail) client.send(message);
    }
  }

  private async sendExtras(): Promise<void> {
    const interested = [...this.clients].filter(({ interest }) => interest.shop);
    if (interested.length === 0 || this.ticks % 2 === 0) return;
    const view = await this.extras.shop?.();
    if (!view) return;
    const message = messageOf('shop', view);
    for (const client of interested) client.send(message);
  }

  private sendAll<K extends 'overview' | 'redis'>(event: K, data: LiveMessages[K]): void {
    const message = messageOf(event, data);
    for (const client of this.clients) client.send(message);
  }
}

/** The entries for one message; fewer if they are large. */
function firstOf(entries: readonly EntrySummary[]): EntrySummary[] {
  const first: EntrySummary[] = [];
  let size = 0;
  for (const entry of entries.slice(0, TAILED_ENTRIES)) {
    size += JSON.stringify(entry).length;
    if (size > MAX_WAITING_BYTES / 2) break;
    first.push(entry);
  }
  return first;
}

function tailedOf(tail: string, fresh: readonly FreshEntries[]): TailedEntries {
  const streams = fresh.filter(({ name }) => tail === '*' || name === tail);
  const all = streams.flatMap(({ entries }) => entries);
  const entries = firstOf(all.sort((a, b) => b.atMs - a.atMs));
  const leftOut: Record<string, number> = {};
  for (const { name, entries: own, leftOut: more } of streams) {
    const count = own.length + more - entries.filter(({ stream }) => stream === name).length;
    if (count > 0) leftOut[name] = count;
  }
  return { entries, leftOut };
}
