import type { Stopping } from '../concurrency/stopping.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { isGroupMissing } from '../model/errors/redis.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { Troubles } from '../observe/troubles.js';
import type { ResolvedOptions } from '../options/options.js';
import { FIRST_PAGE, type ClaimReply } from '../stream/entries/claimed-entry.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { Look } from '../stream/clients/watch-client.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { Purpose } from './room.js';
import type { StreamSource } from './stream-source.js';

/** Longest pause between two looks: entries that a stopping worker hands back are taken over within it, however long claims last. */
const MAX_PAUSE_MS = 1000;

/** How often one of the group's workers looks within `claimAfterMs`, and within `forgetAfterMs`. */
const LOOKS = 4;

/**
 * At first each worker takes as many entries as it can handle soon, so that the load is shared. After this part of `claimAfterMs` it takes
 * as many as it can hold. So all entries are with living workers within one and a half times `claimAfterMs`.
 */
const SHARED = 1 / 16;
/** How long a worker waits at most for room to take over more: in milliseconds, and as a part of `claimAfterMs`. */
const MAX_WAIT_MS = 500;
const WAIT = 1 / 8;

export interface TakeoverParts {
  client: StreamClient;
  /** The key of the group's watch. */
  watch: string;
  address: { group: string; consumer: string };
  sources: readonly StreamSource[];
  allInFlight: InFlightDeliveries;
  options: ResolvedOptions['consumer'];
  observer: EventsObserver;
  stopping: Stopping;
  troubles: Troubles;
}

/**
 * Takes over the entries of dead workers and those that wait for a worker that handles them, and removes consumers that are gone. Only
 * without partitions: with them, leases move (`worker/ownership.ts`), and `lua/read-partition.lua` brings pending entries.
 */
export class Takeover {
  private readonly logger = new SafeLogger(WORKER);
  /** The last logged reason why a stream could not be looked at, by its key. */
  private readonly failures = new Map<string, string>();
  /** Since when a stream has entries left to take over, by its key; in milliseconds of `performance.now()`. */
  private readonly leftSince = new Map<string, number>();

  constructor(private readonly parts: TakeoverParts) {}

  /** Takes over what others have left, before new entries are read, until the worker stops. Never throws. */
  async run(): Promise<void> {
    const { allInFlight, stopping, troubles, options } = this.parts;
    const { claimAfterMs, forgetAfterMs, batchSize } = options;
    const everyMs = Math.ceil(Math.min(claimAfterMs / LOOKS, forgetAfterMs / LOOKS, MAX_PAUSE_MS));
    while (!stopping.isStopping) {
      const look = await troubles.attempt('Looking for what others have left', () => this.look(everyMs));
      if (look) this.report(look);
      if (look && look.waiting.length > 0) await this.takeWaiting(new Set(look.waiting));
      const isLeft = look !== undefined && look.left.length > 0 && (await this.takeOverFrom(new Set(look.left)));
      allInFlight.room.takeOverFirst(isLeft);
      if (isLeft) {
        const waitMs = Math.min(claimAfterMs * WAIT, MAX_WAIT_MS);
        await allInFlight.room.await('takeover', batchSize, waitMs);
      } else {
        // The jitter keeps workers from looking all at once.
        await stopping.orAfter((look?.pauseMs ?? everyMs) * (1 + Math.random() / 4));
      }
    }
    allInFlight.room.takeOverFirst(false);
  }

  /** Takes this worker off the group's watch: others look at once for what it has left. @throws RedisUnavailableError */
  deregister(): Promise<void> {
    const { client, watch, sources, address } = this.parts;
    const streamKeys = sources.map(({ streamKey }) => streamKey);
    return client.watch.deregister(watch, streamKeys, address.consumer);
  }

  private look(everyMs: number): Promise<Look> {
    const { client, watch, sources, address, options } = this.parts;
    const { claimAfterMs, forgetAfterMs } = options;
    const handled = new Map(sources.map(({ streamKey, awaited }) => [streamKey, awaited]));
    return client.watch.look(watch, handled, address, { everyMs, claimAfterMs, forgetAfterMs });
  }

  /** Takes entries that wait for a worker that handles them, if this one does; and those that no worker handles, when they are overdue. */
  private async takeWaiting(streams: ReadonlySet<string>): Promise<void> {
    const { sources, troubles } = this.parts;
    for (const source of sources) {
      if (!streams.has(source.streamKey)) continue;
      const what = `Taking what waits for a handler on ${source.streamKey}`;
      await troubles.attempt(what, () => this.takeWaitingOf(source));
    }
  }

  private async takeWaitingOf(source: StreamSource): Promise<void> {
    const { client, watch, allInFlight, stopping, options } = this.parts;
    const { batchSize, claimAfterMs: aliveMs, unknownGraceMs: graceMs } = options;
    for (;;) {
      const wanted = Math.min(batchSize, allInFlight.room.for('takeover'));
      if (wanted === 0 || stopping.isStopping) return;
      const times = { graceMs, aliveMs };
      const reply = await client.waiting.take(source.consumerAddress, watch, source.awaited, times, wanted);
      await source.acceptClaimed(reply);
      if (reply.entries.length + reply.vanished.length < wanted) return;
    }
  }

  /** @returns whether entries are left for which there was no room */
  private async takeOverFrom(streams: ReadonlySet<string>): Promise<boolean> {
    const { sources, allInFlight, stopping, troubles } = this.parts;
    let isLeft = false;
    allInFlight.room.takeOverFirst(true);
    for (const key of this.leftSince.keys()) if (!streams.has(key)) this.leftSince.delete(key);
    for (const source of sources) {
      if (!streams.has(source.streamKey) || stopping.isStopping) continue;
      const isDone = await troubles.attempt(`Taking over on ${source.streamKey}`, () => this.takeOverOne(source));
      if (isDone === false) isLeft = true;
    }
    return isLeft;
  }

  /** @returns whether all was taken over */
  private async takeOverOne(source: StreamSource): Promise<boolean> {
    const { leftSince } = this;
    const { streamKey } = source;
    const now = performance.now();
    const isTooLong = now - (leftSince.get(streamKey) ?? now) >= this.parts.options.claimAfterMs * SHARED;
    const isDone = await this.takePages(source, isTooLong ? 'urgent-takeover' : 'takeover');
    if (isDone) leftSince.delete(streamKey);
    else if (!leftSince.has(streamKey)) leftSince.set(streamKey, now);
    return isDone;
  }

  /** Takes over page by page, as far as there is room. @returns whether all was taken over */
  private async takePages(source: StreamSource, purpose: Purpose): Promise<boolean> {
    const { client, allInFlight, stopping, options } = this.parts;
    const { batchSize, claimAfterMs } = options;
    let count = 0;
    try {
      for (let from: string | undefined = FIRST_PAGE; from !== undefined;) {
        const wanted = Math.min(batchSize, allInFlight.room.for(purpose));
        if (wanted === 0 || stopping.isStopping) return false;
        const reply: ClaimReply = await client.claims.takeOver(source.consumerAddress, claimAfterMs, from, wanted);
        await source.acceptClaimed(reply);
        count += reply.entries.length;
        from = reply.next;
      }
      return true;
    } finally {
      if (count > 0) this.tell(source, count);
    }
  }

  private tell({ consumerAddress: { streamKey, group } }: StreamSource, count: number): void {
    this.logger.log(`Took over ${String(count)} entries of ${streamKey} that their consumer had left`);
    this.parts.observer.emit({ kind: 'taken-over', stream: streamKey, group, count });
  }

  /** Logs once why a stream could not be looked at, and again when the reason changes. */
  private report({ failed }: Look): void {
    for (const key of this.failures.keys()) if (!failed.has(key)) this.failures.delete(key);
    for (const [key, error] of failed) {
      // StreamReader reports a missing group.
      if (isGroupMissing(error) || this.failures.get(key) === error.message) continue;
      this.failures.set(key, error.message);
      this.logger.error(`Looking for what others have left on ${key} failed: ${error.message}`);
    }
  }
}
