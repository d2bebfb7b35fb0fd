import { LeaseLostError } from '../model/errors/delivery.js';
import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Redelivery } from '../read/redelivery.js';
import type { InFlightDeliveries } from '../read/in-flight.js';
import type { Stopping } from '../concurrency/stopping.js';
import { SafeLogger } from '../log/safe-logger.js';
import { DueQueue } from '../collections/due-queue.js';
import { acceptedOf, orderingKeyOf, type Accepted } from './accepted.js';
import type { Deferral } from '../concurrency/keyed-queue.js';
import { endOf } from './pauses.js';
import type { Pause } from '../delivery/pause.js';

/** What is kept of an entry that is deferred. */
export interface DeferredEntry {
  readonly stream: string;
  readonly id: string;
}

/** One in its retry pause. */
interface PausedEntry extends DeferredEntry {
  readonly orderingKey: string;
  /** When its pause, or the first of its pauses, is over. */
  readonly until: number;
  /** Where several handlers have one. */
  readonly pauses: readonly Pause[] | undefined;
}

/** Of what was deferred so much is resumed at once; and where Redis is away, so long until it is tried again, in milliseconds. */
const RESUMED_AT_ONCE = 100;
const PAUSE_MS = 250;

/**
 * What a worker has and does not hold, since it was full: what waits behind others of its key, and what is in a retry pause. It
 * waits in Redis, delivered to this worker, and is read again when its turn has come.
 */
export class DeferredDeliveries implements Deferral<Accepted, DeferredEntry> {
  private readonly logger = new SafeLogger(DeferredDeliveries.name);
  private readonly sources = new Map<string, Redelivery>();
  /** What was deferred in this turn of the event loop. */
  private leaving: InFlightDelivery[] = [];
  private readonly paused = new DueQueue<PausedEntry>();
  private timer: NodeJS.Timeout | undefined;
  private isResuming = false;
  private isClosed = false;

  /**
   * @param stopping ends the waiting of what was deferred: others get it
   * @param resumeKey goes on with a key whose first entry was in a retry pause. Without that entry: it is not this worker's any more
   */
  constructor(
    private readonly allInFlight: InFlightDeliveries,
    private readonly stopping: Stopping,
    private readonly resumeKey: (key: string, accepted: Accepted | undefined) => void,
  ) {}

  /** Says where entries of a stream come from. */
  comesFrom(stream: string, source: Redelivery): void {
    this.sources.set(stream, source);
  }

  /** What was deferred is somebody else's. */
  close(): void {
    this.isClosed = true;
    for (const stream of this.sources.keys()) {
      for (const id of this.allInFlight.deferredIdsOf(stream)) this.allInFlight.forgetDeferred(stream, id);
    }
  }

  /** Lets an entry go that waits behind others of its key. */
  defer({ inFlight }: Accepted): DeferredEntry {
    this.letGo(inFlight);
    return { stream: inFlight.stream, id: inFlight.entry.id };
  }

  /** Lets an entry go that is in a retry pause; its key goes on when that is over. */
  deferInPause(accepted: Accepted, pauses: readonly Pause[]): DeferredEntry {
    const { inFlight } = accepted;
    this.letGo(inFlight);

    const paused = {
      stream: inFlight.stream,
      id: inFlight.entry.id,
      orderingKey: orderingKeyOf(accepted),
      until: endOf(pauses),
      pauses: pauses.length > 1 ? pauses : undefined,
    };
    this.paused.add(paused);
    this.awaitDue();
    return paused;
  }

  /** The first of those that wait behind others, as far as they came by one stream. */
  async resume(entries: readonly DeferredEntry[]): Promise<{ items: Accepted[]; used: number }> {
    const stream = entries[0]?.stream ?? '';
    const most = Math.max(1, Math.min(RESUMED_AT_ONCE, Math.floor(this.allInFlight.roomToHold / 2)));
    let used = 1;
    while (used < most && entries[used]?.stream === stream) used += 1;
    const items = await this.readAgain(
      stream,
      entries.slice(0, used).map(({ id }) => id),
    );
    return { items, used: items.length === 0 && this.stopping.isStopping ? entries.length : used };
  }

  private letGo(inFlight: InFlightDelivery): void {
    this.allInFlight.defer(inFlight);
    if (this.isClosed) {
      this.allInFlight.forgetDeferred(inFlight.stream, inFlight.entry.id);
      return;
    }
    if (this.leaving.length === 0) setImmediate(this.tellDeferred);
    this.leaving.push(inFlight);
  }

  private readonly tellDeferred = (): void => {
    const { leaving } = this;
    this.leaving = [];
    for (const [stream, own] of byStream(leaving, ({ stream }) => stream)) {
      void this.sources.get(stream)?.defer(own);
    }
  };

  /** Those that are still this worker's; none when it stops. Never rejects. */
  private async readAgain(stream: string, ids: readonly string[]): Promise<Accepted[]> {
    // In this order: that a delivery does not count must not be said of the next one.
    this.tellDeferred();
    while (!this.stopping.isStopping) {
      try {
        const found = (await this.sources.get(stream)?.resume(ids)) ?? [];
        this.forget(stream, ids);
        return this.taken(found);
      } catch (error) {
        if (isOutage(error) && !isGroupMissing(error)) {
          await this.stopping.orAfter(PAUSE_MS);
          continue;
        }
        // They are pending, and taken over when their claims have run out.
        this.forget(stream, ids);
        if (!isGroupMissing(error) && !(error instanceof LeaseLostError)) {
          const count = String(ids.length);
          this.logger.error(`${count} entries of ${stream} could not be read again: ${(error as Error).message}`);
        }
        return [];
      }
    }
    return [];
  }

  private taken(found: readonly InFlightDelivery[]): Accepted[] {
    return this.stopping.isStopping ? [] : found.filter((one) => this.allInFlight.add(one)).map(acceptedOf);
  }

  private forget(stream: string, ids: readonly string[]): void {
    for (const id of ids) this.allInFlight.forgetDeferred(stream, id);
  }

  private awaitDue(): void {
    clearTimeout(this.timer);
    const { first } = this.paused;
    if (!first || this.isResuming || this.stopping.isStopping) return;
    this.timer = setTimeout(() => void this.resumeDue(), Math.max(0, first.until - performance.now()));
    // When the worker stops, nothing of it is waited for.
    this.timer.unref();
  }

  /** Goes on with the keys whose pauses are over, as far as there is room. Never rejects. */
  private async resumeDue(): Promise<void> {
    this.isResuming = true;
    while (!this.stopping.isStopping && (this.paused.first?.until ?? Infinity) <= performance.now()) {
      const room = await this.allInFlight.awaitRoomToResume(RESUMED_AT_ONCE, PAUSE_MS);
      // What is new gets as much of the room.
      const most = Math.min(RESUMED_AT_ONCE, Math.ceil(room / 2));
      const due = this.paused.take(performance.now(), most);
      for (const [stream, own] of byStream(due, ({ stream }) => stream)) await this.resumeAll(stream, own);
    }
    this.isResuming = false;
    this.awaitDue();
  }

  private async resumeAll(stream: string, due: readonly PausedEntry[]): Promise<void> {
    const items = await this.readAgain(
      stream,
      due.map(({ id }) => id),
    );
    const found = new Map(items.map((item) => [item.inFlight.entry.id, item]));
    for (const { id, orderingKey, pauses } of due) {
      const item = found.get(id);
      this.resumeKey(orderingKey, item && pauses ? { ...item, pauses } : item);
    }
  }
}

function byStream<T>(items: readonly T[], streamOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const stream = streamOf(item);
    const own = groups.get(stream);
    if (own) own.push(item);
    else groups.set(stream, [item]);
  }
  return groups;
}
