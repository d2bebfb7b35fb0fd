import { LeaseLostError } from '../model/errors/delivery.js';
import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Redelivery } from '../read/redelivery.js';
import type { InFlightDeliveries } from '../read/in-flight-deliveries.js';
import type { Stopping } from '../concurrency/stopping.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { DueQueue } from '../collections/due-queue.js';
import { orderingKeyOf, type QueuedDelivery } from './queued-delivery.js';
import type { Deferral } from '../concurrency/keyed-queue.js';
import { endOf } from './pauses.js';
import type { Pause } from '../delivery/pause.js';

/** All that is kept of a deferred entry. */
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

/** How many entries are resumed with one command. */
const RESUMED_AT_ONCE = 100;
/** The pause after a failed read, and the longest wait for room, in milliseconds. */
const PAUSE_MS = 250;

/**
 * Deliveries that a full worker gave the room of back: those that wait behind others of their key, and those in a retry pause. They
 * stay pending in Redis for this worker, which reads them again when their turn has come.
 */
export class DeferredDeliveries implements Deferral<QueuedDelivery, DeferredEntry> {
  private readonly logger = new SafeLogger(WORKER);
  /** By the streams' keys. */
  private readonly redeliveries = new Map<string, Redelivery>();
  /** What was deferred in this turn of the event loop. */
  private newlyDeferred: InFlightDelivery[] = [];
  private readonly paused = new DueQueue<PausedEntry>();
  private timer: NodeJS.Timeout | undefined;
  private isResuming = false;
  private isClosed = false;

  /**
   * @param stopping ends the waiting: others take over what was deferred
   * @param prepare decodes and validates an entry that was read again
   * @param resumeKey goes on with a key whose first entry was in a retry pause; without that entry when it is not this worker's any more
   */
  constructor(
    private readonly allInFlight: InFlightDeliveries,
    private readonly stopping: Stopping,
    private readonly prepare: (inFlight: InFlightDelivery) => QueuedDelivery,
    private readonly resumeKey: (orderingKey: string, queued: QueuedDelivery | undefined) => void,
  ) {}

  /** Entries of a stream are read again by `redelivery`. */
  readBy(stream: string, redelivery: Redelivery): void {
    this.redeliveries.set(stream, redelivery);
  }

  /** Forgets what was deferred: it is somebody else's. */
  close(): void {
    this.isClosed = true;
    for (const stream of this.redeliveries.keys()) {
      for (const id of this.allInFlight.deferredIdsOf(stream)) this.allInFlight.forgetDeferred(stream, id);
    }
  }

  /** Defers an entry that waits behind others of its key. */
  defer({ inFlight }: QueuedDelivery): DeferredEntry {
    this.letGo(inFlight);
    return { stream: inFlight.stream, id: inFlight.entry.id };
  }

  /** Defers an entry that is in a retry pause; its key goes on when that is over. */
  deferInPause(queued: QueuedDelivery, pauses: readonly Pause[]): DeferredEntry {
    const { inFlight } = queued;
    this.letGo(inFlight);

    const paused = {
      stream: inFlight.stream,
      id: inFlight.entry.id,
      orderingKey: orderingKeyOf(queued),
      until: endOf(pauses),
      pauses: pauses.length > 1 ? pauses : undefined,
    };
    this.paused.add(paused);
    this.awaitDue();
    return paused;
  }

  /** Resumes the first of those that wait behind others, up to the first that came by another stream. */
  async resume(entries: readonly DeferredEntry[]): Promise<{ items: QueuedDelivery[]; used: number }> {
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
    if (this.newlyDeferred.length === 0) setImmediate(this.tellDeferred);
    this.newlyDeferred.push(inFlight);
  }

  private readonly tellDeferred = (): void => {
    const { newlyDeferred } = this;
    this.newlyDeferred = [];
    for (const [stream, own] of byStream(newlyDeferred, ({ stream }) => stream)) {
      void this.redeliveries.get(stream)?.defer(own);
    }
  };

  /** @returns those that are still this worker's; none when it stops. Never rejects */
  private async readAgain(stream: string, ids: readonly string[]): Promise<QueuedDelivery[]> {
    // First: it takes the last delivery of each entry back, and must not take the next one back.
    this.tellDeferred();
    while (!this.stopping.isStopping) {
      try {
        const found = (await this.redeliveries.get(stream)?.resume(ids)) ?? [];
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

  private taken(found: readonly InFlightDelivery[]): QueuedDelivery[] {
    return this.stopping.isStopping ? [] : found.filter((one) => this.allInFlight.add(one)).map(this.prepare);
  }

  private forget(stream: string, ids: readonly string[]): void {
    for (const id of ids) this.allInFlight.forgetDeferred(stream, id);
  }

  private awaitDue(): void {
    clearTimeout(this.timer);
    const { first } = this.paused;
    if (!first || this.isResuming || this.stopping.isStopping) return;
    this.timer = setTimeout(() => void this.resumeDue(), Math.max(0, first.until - performance.now()));
    // It keeps no process alive.
    this.timer.unref();
  }

  /** Goes on with the keys whose pauses are over, as far as there is room. Never rejects. */
  private async resumeDue(): Promise<void> {
    this.isResuming = true;
    while (!this.stopping.isStopping && (this.paused.first?.until ?? Infinity) <= performance.now()) {
      const room = await this.allInFlight.awaitRoomToResume(RESUMED_AT_ONCE, PAUSE_MS);
      // New entries get the other half of the room.
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
