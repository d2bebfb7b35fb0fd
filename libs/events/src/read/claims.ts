import { DeliveryLostError } from '../model/errors/delivery.js';
import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import type { ResolvedOptions } from '../options/options.js';
import type { EventsObserver } from '../model/events-observer.js';
import { SafeLogger } from '../log/safe-logger.js';
import type { ClaimReply } from '../stream/claimed-entry.js';
import type { Look } from '../stream/watch-client.js';
import type { StreamClient } from '../stream/stream-client.js';
import { compareEntryIds } from '../stream/entry-id.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { StreamSource } from './stream-source.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { Troubles } from '../model/troubles.js';

/** Renewals within the time after which a delivery is taken over: two may be late before one is lost. */
const RENEWALS = 3;

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

/** Deferred entries of which one command renews the claims. */
const RENEWED_AT_ONCE = 1000;

export interface ClaimsParts {
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
 * Keeps this worker's claims, takes over those of dead workers, and removes consumers that are gone. Only without partitions: with them,
 * leases move (`worker/ownership.ts`), and `lua/read-partition.lua` brings what is pending.
 */
export class Claims {
  private readonly logger = new SafeLogger(Claims.name);
  /** The last logged reason why a stream could not be looked at, by its key. */
  private readonly failures = new Map<string, string>();
  /** Since when a stream has entries left to take over, by its key; in milliseconds of `performance.now()`. */
  private readonly leftSince = new Map<string, number>();

  constructor(private readonly parts: ClaimsParts) {}

  /** Renews the claims of this worker's entries until all are settled or handed back. Never throws. */
  async keep(): Promise<void> {
    const pauseMs = this.parts.options.claimAfterMs / RENEWALS;
    while (!this.isThrough()) {
      for (const source of this.parts.sources) {
        await this.attempt(`Renewing claims on ${source.streamKey}`, () => this.renew(source));
      }
      // The last entry may have been settled meanwhile: nothing would end the pause.
      if (this.isThrough()) return;
      // While the worker drains, its last handlers still need their claims.
      await (this.parts.stopping.isStopping
        ? this.parts.allInFlight.change(pauseMs)
        : this.parts.stopping.orAfter(pauseMs));
    }
  }

  private isThrough(): boolean {
    return this.parts.stopping.isOver || (this.parts.stopping.isStopping && this.parts.allInFlight.size === 0);
  }

  /** Takes over what others have left, before new entries are read, until the worker stops. Never throws. */
  async takeOver(): Promise<void> {
    const { claimAfterMs, forgetAfterMs, batchSize } = this.parts.options;
    const everyMs = Math.ceil(Math.min(claimAfterMs / LOOKS, forgetAfterMs / LOOKS, MAX_PAUSE_MS));
    while (!this.parts.stopping.isStopping) {
      const look = await this.attempt('Looking for what others have left', () =>
        this.parts.client.watch.look(this.parts.watch, this.handled, this.parts.address, {
          everyMs,
          claimAfterMs,
          forgetAfterMs,
        }),
      );
      if (look) this.report(look);
      if (look && look.waiting.length > 0) await this.takeWaiting(new Set(look.waiting));
      const isLeft = look !== undefined && look.left.length > 0 && (await this.takeOverFrom(new Set(look.left)));
      this.parts.allInFlight.takeOverFirst(isLeft);
      if (isLeft) {
        const waitMs = Math.min(claimAfterMs * WAIT, MAX_WAIT_MS);
        await this.parts.allInFlight.awaitRoom(batchSize, waitMs, () => this.parts.allInFlight.roomToTakeOver);
      } else {
        // The jitter keeps workers from looking all at once.
        await this.parts.stopping.orAfter((look?.pauseMs ?? everyMs) * (1 + Math.random() / 4));
      }
    }
    this.parts.allInFlight.takeOverFirst(false);
  }

  /** Tells the group that this worker is gone. @throws RedisUnavailableError */
  leave(): Promise<void> {
    return this.parts.client.watch.leave(this.parts.watch, this.streamKeys, this.parts.address.consumer);
  }

  private get streamKeys(): string[] {
    return this.parts.sources.map(({ streamKey }) => streamKey);
  }

  private get handled(): Map<string, readonly string[]> {
    return new Map(this.parts.sources.map(({ streamKey, awaited }) => [streamKey, awaited]));
  }

  /** Takes entries that wait for a worker that handles them, if this one does; and those that no worker handles, when they are overdue. */
  private async takeWaiting(streams: ReadonlySet<string>): Promise<void> {
    for (const source of this.parts.sources) {
      if (!streams.has(source.streamKey)) continue;
      await this.attempt(`Taking what waits for a handler on ${source.streamKey}`, () => this.takeWaitingOf(source));
    }
  }

  private async takeWaitingOf(source: StreamSource): Promise<void> {
    const { batchSize, claimAfterMs: aliveMs, unknownGraceMs: graceMs } = this.parts.options;
    for (;;) {
      const wanted = Math.min(batchSize, this.parts.allInFlight.roomToTakeOver);
      if (wanted === 0 || this.parts.stopping.isStopping) return;
      const times = { graceMs, aliveMs };
      const reply = await this.parts.client.waiting.take(
        source.consumerAddress,
        this.parts.watch,
        source.awaited,
        times,
        wanted,
      );
      await source.acceptClaimed(reply);
      if (reply.entries.length + reply.vanished.length < wanted) return;
    }
  }

  private async renew(source: StreamSource): Promise<void> {
    const { streamKey, consumerAddress } = source;
    const ids = this.parts.allInFlight.idsOf(streamKey);
    const lost = ids.length > 0 ? await this.parts.client.claims.renew(consumerAddress, ids) : [];
    for (const id of lost) {
      // One that was settled while the answer was on its way is not held any more: nothing is lost.
      this.parts.allInFlight.get(streamKey, id)?.lose(new DeliveryLostError(`${streamKey} ${id}`));
    }
    const deferred = this.parts.allInFlight.deferredIdsOf(streamKey);
    for (let first = 0; first < deferred.length; first += RENEWED_AT_ONCE) {
      const some = deferred.slice(first, first + RENEWED_AT_ONCE).sort(compareEntryIds);
      // For those that were resumed meanwhile, the next renewal tells of the loss.
      for (const id of await this.parts.client.claims.renew(consumerAddress, some))
        this.parts.allInFlight.forgetDeferred(streamKey, id);
    }
  }

  /** @returns whether entries are left for which there was no room */
  private async takeOverFrom(streams: ReadonlySet<string>): Promise<boolean> {
    let isLeft = false;
    this.parts.allInFlight.takeOverFirst(true);
    for (const key of this.leftSince.keys()) if (!streams.has(key)) this.leftSince.delete(key);
    for (const source of this.parts.sources) {
      if (!streams.has(source.streamKey) || this.parts.stopping.isStopping) continue;
      const isThrough = await this.attempt(`Taking over on ${source.streamKey}`, () => this.takeOverOne(source));
      if (isThrough === false) isLeft = true;
    }
    return isLeft;
  }

  /** @returns whether all was taken over */
  private async takeOverOne(source: StreamSource): Promise<boolean> {
    const { leftSince } = this;
    const { allInFlight } = this.parts;
    let count = 0;
    const take = async (room: () => number): Promise<boolean> => {
      for (let from: string | undefined = '-'; from !== undefined;) {
        const wanted = Math.min(this.parts.options.batchSize, room());
        if (wanted === 0 || this.parts.stopping.isStopping) return false;
        const reply: ClaimReply = await this.parts.client.claims.takeOver(
          source.consumerAddress,
          this.parts.options.claimAfterMs,
          from,
          wanted,
        );
        await source.acceptClaimed(reply);
        count += reply.entries.length;
        from = reply.next;
      }
      return true;
    };
    try {
      const now = performance.now();
      const isTooLong = now - (leftSince.get(source.streamKey) ?? now) >= this.parts.options.claimAfterMs * SHARED;
      const isThrough = await take(() => (isTooLong ? allInFlight.maxRoom : allInFlight.roomToTakeOver));
      if (isThrough) leftSince.delete(source.streamKey);
      else if (!leftSince.has(source.streamKey)) leftSince.set(source.streamKey, now);
      return isThrough;
    } finally {
      if (count > 0) this.tell(source, count);
    }
  }

  private tell({ consumerAddress: { stream, group } }: StreamSource, count: number): void {
    this.logger.log(`Took over ${String(count)} entries of ${stream} that their consumer had left`);
    this.parts.observer.emit({ kind: 'taken-over', stream, group, count });
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

  private async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      this.parts.troubles.succeeded(what);
      return result;
    } catch (error) {
      // The connection reports an outage, and StreamReader a missing group.
      if (!isOutage(error) && !isGroupMissing(error)) this.parts.troubles.failed(what, error);
      return undefined;
    }
  }
}
