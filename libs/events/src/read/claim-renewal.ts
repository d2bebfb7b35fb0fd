import type { Stopping } from '../concurrency/stopping.js';
import { DeliveryLostError } from '../model/errors/delivery.js';
import type { Troubles } from '../observe/troubles.js';
import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { StreamSource } from './stream-source.js';

/** Renewals within the time after which a delivery is taken over: two may be late before one is lost. */
const RENEWALS = 3;

/** Deferred entries of which one command renews the claims. */
const RENEWED_AT_ONCE = 1000;

export interface ClaimRenewalParts {
  client: StreamClient;
  sources: readonly StreamSource[];
  allInFlight: InFlightDeliveries;
  /** After how long without renewal others take a delivery over, in milliseconds. */
  claimAfterMs: number;
  stopping: Stopping;
  troubles: Troubles;
}

/** Renews the claims of this worker's entries. Only without partitions: with them, a worker renews leases (`worker/ownership.ts`). */
export class ClaimRenewal {
  constructor(private readonly parts: ClaimRenewalParts) {}

  /** Renews until all entries are settled or handed back. Never throws. */
  async run(): Promise<void> {
    const { sources, allInFlight, claimAfterMs, stopping, troubles } = this.parts;
    const pauseMs = claimAfterMs / RENEWALS;
    while (!this.isDone()) {
      for (const source of sources) {
        await troubles.attempt(`Renewing claims on ${source.streamKey}`, () => this.renew(source));
      }
      // The last entry may have been settled meanwhile: nothing would end the pause.
      if (this.isDone()) return;
      // While the worker drains, its last handlers still need their claims.
      await (stopping.isStopping ? allInFlight.changes.next(pauseMs) : stopping.orAfter(pauseMs));
    }
  }

  private isDone(): boolean {
    const { stopping, allInFlight } = this.parts;
    return stopping.isOver || (stopping.isStopping && allInFlight.size === 0);
  }

  private async renew({ streamKey, consumerAddress }: StreamSource): Promise<void> {
    const { allInFlight, client } = this.parts;
    const ids = allInFlight.idsOf(streamKey);
    const lost = ids.length > 0 ? await client.claims.renew(consumerAddress, ids) : [];
    for (const id of lost) {
      // One that was settled while the answer was on its way is not held any more: nothing is lost.
      allInFlight.get(streamKey, id)?.lose(new DeliveryLostError(`${streamKey} ${id}`));
    }
    const deferred = allInFlight.deferredIdsOf(streamKey);
    for (let first = 0; first < deferred.length; first += RENEWED_AT_ONCE) {
      const some = deferred.slice(first, first + RENEWED_AT_ONCE).sort(compareEntryIds);
      const lostOfThese = await client.claims.renew(consumerAddress, some);
      // For those that were resumed meanwhile, the next renewal tells of the loss.
      for (const id of lostOfThese) allInFlight.forgetDeferred(streamKey, id);
    }
  }
}
