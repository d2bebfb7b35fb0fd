import { DueQueue } from '../collections/due-queue.js';
import { groupBy } from '../collections/group-by.js';
import type { Deferral } from '../concurrency/keyed-queue.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Pause } from '../delivery/pause.js';
import type { InFlightDeliveries } from '../read/in-flight-deliveries.js';
import { endOf } from './pauses.js';
import { orderingKeyOf, type QueuedDelivery } from './queued-delivery.js';
import type { Redeliveries } from './redeliveries.js';

/** All that is kept of a deferred entry. */
export interface DeferredEntry {
  readonly streamKey: string;
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
/** The longest wait for room, in milliseconds. */
const MAX_WAIT_MS = 250;

/**
 * Deliveries that a full worker gave the room of back: those that wait behind others of their key, and those in a retry pause. They
 * stay pending in Redis for this worker, which reads them again when their turn has come.
 */
export class DeferredDeliveries implements Deferral<QueuedDelivery, DeferredEntry> {
  private readonly paused = new DueQueue<PausedEntry>();
  private timer: NodeJS.Timeout | undefined;
  private isResuming = false;

  /**
   * @param stopping ends the waiting: others take over what was deferred
   * @param prepare decodes and validates an entry that was read again
   * @param resumeKey goes on with a key whose first entry was in a retry pause; without that entry when it is not this worker's any more
   */
  constructor(
    private readonly allInFlight: InFlightDeliveries,
    private readonly redeliveries: Redeliveries,
    private readonly stopping: Stopping,
    private readonly prepare: (inFlight: InFlightDelivery) => QueuedDelivery,
    private readonly resumeKey: (orderingKey: string, queued: QueuedDelivery | undefined) => void,
  ) {}

  /** Defers an entry that waits behind others of its key. */
  defer({ inFlight }: QueuedDelivery): DeferredEntry {
    this.redeliveries.defer(inFlight);
    return { streamKey: inFlight.streamKey, id: inFlight.entry.id };
  }

  /** Defers an entry that is in a retry pause; its key goes on when that is over. */
  deferInPause(queued: QueuedDelivery, pauses: readonly Pause[]): DeferredEntry {
    const { inFlight } = queued;
    this.redeliveries.defer(inFlight);
    const paused = {
      streamKey: inFlight.streamKey,
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
    const streamKey = entries[0]?.streamKey ?? '';
    const most = Math.max(1, Math.min(RESUMED_AT_ONCE, Math.floor(this.allInFlight.room.for('urgent-resumption') / 2)));
    let used = 1;
    while (used < most && entries[used]?.streamKey === streamKey) used += 1;
    const items = await this.readAgain(streamKey, entries.slice(0, used));
    return { items, used: items.length === 0 && this.stopping.isStopping ? entries.length : used };
  }

  /** @returns those that are still this worker's; none when it stops. Never rejects */
  private async readAgain(streamKey: string, entries: readonly DeferredEntry[]): Promise<QueuedDelivery[]> {
    const ids = entries.map(({ id }) => id);
    return (await this.redeliveries.resume(streamKey, ids)).map(this.prepare);
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
      const room = await this.allInFlight.room.await('resumption', RESUMED_AT_ONCE, MAX_WAIT_MS);
      // New entries get the other half of the room.
      const most = Math.min(RESUMED_AT_ONCE, Math.ceil(room / 2));
      const due = this.paused.take(performance.now(), most);
      for (const [streamKey, own] of groupBy(due, (one) => one.streamKey)) await this.resumeAll(streamKey, own);
    }
    this.isResuming = false;
    this.awaitDue();
  }

  private async resumeAll(streamKey: string, due: readonly PausedEntry[]): Promise<void> {
    const items = await this.readAgain(streamKey, due);
    const found = new Map(items.map((item) => [item.inFlight.entry.id, item]));
    for (const { id, orderingKey, pauses } of due) {
      const item = found.get(id);
      this.resumeKey(orderingKey, item && pauses ? { ...item, pauses } : item);
    }
  }
}
