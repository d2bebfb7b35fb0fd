import { groupBy } from '../collections/group-by.js';
import { Gatherer } from '../concurrency/gatherer.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { LeaseLostError } from '../model/errors/delivery.js';
import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import type { InFlightDeliveries } from '../read/in-flight-deliveries.js';
import type { Redelivery } from '../read/redelivery.js';

/** The pause after a failed read, in milliseconds. */
const PAUSE_MS = 250;

/** Gives deliveries back to Redis, and reads them again. Meanwhile they stay pending for this worker, which keeps only their ids. */
export class Redeliveries {
  private readonly logger = new SafeLogger(WORKER);
  /** By the streams' keys. */
  private readonly redeliveries = new Map<string, Redelivery>();
  private readonly newlyDeferred = new Gatherer((all: readonly InFlightDelivery[]) => {
    for (const [streamKey, own] of groupBy(all, (one) => one.streamKey)) {
      void this.redeliveries.get(streamKey)?.defer(own);
    }
  });
  private isClosed = false;

  constructor(
    private readonly allInFlight: InFlightDeliveries,
    private readonly stopping: Stopping,
  ) {}

  /** Entries of a stream are deferred and read again by `redelivery`. */
  readBy(streamKey: string, redelivery: Redelivery): void {
    this.redeliveries.set(streamKey, redelivery);
  }

  /** Gives a delivery back. */
  defer(inFlight: InFlightDelivery): void {
    this.allInFlight.defer(inFlight);
    if (this.isClosed) {
      this.allInFlight.forgetDeferred(inFlight.streamKey, inFlight.entry.id);
      return;
    }
    void this.newlyDeferred.add(inFlight);
  }

  /** Reads entries of a stream again. @returns those that are still this worker's, in flight again; none when it stops. Never rejects */
  async resume(streamKey: string, ids: readonly string[]): Promise<InFlightDelivery[]> {
    // First: it takes the last delivery of each entry back, and must not take the next one back.
    this.newlyDeferred.flush();
    while (!this.stopping.isStopping) {
      try {
        const found = (await this.redeliveries.get(streamKey)?.resume(ids)) ?? [];
        this.forget(streamKey, ids);
        return this.heldOf(found);
      } catch (error) {
        if (isOutage(error) && !isGroupMissing(error)) {
          await this.stopping.orAfter(PAUSE_MS);
          continue;
        }
        // They are pending, and taken over when their claims have run out.
        this.forget(streamKey, ids);
        this.report(streamKey, ids, error);
        return [];
      }
    }
    return [];
  }

  /** Forgets what was deferred: it is somebody else's. */
  close(): void {
    this.isClosed = true;
    for (const streamKey of this.redeliveries.keys()) this.forget(streamKey, this.allInFlight.deferredIdsOf(streamKey));
  }

  /** None when the worker stops: others take over what was read. */
  private heldOf(found: readonly InFlightDelivery[]): InFlightDelivery[] {
    return this.stopping.isStopping ? [] : found.filter((one) => this.allInFlight.add(one));
  }

  private forget(streamKey: string, ids: readonly string[]): void {
    for (const id of ids) this.allInFlight.forgetDeferred(streamKey, id);
  }

  private report(streamKey: string, ids: readonly string[], error: unknown): void {
    // The reader reports a missing group, and the partition a lost lease.
    if (isGroupMissing(error) || error instanceof LeaseLostError) return;
    const count = String(ids.length);
    this.logger.error(`${count} entries of ${streamKey} could not be read again: ${(error as Error).message}`);
  }
}
