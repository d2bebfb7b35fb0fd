import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { awaitedIn } from '../delivery/subscriptions.js';
import { isLoss, outcomeOfUnreadable } from '../model/outcome.js';
import { errorOf } from '../model/thrown.js';
import { NO_FAILURES } from '../stream/entries/delivery-notes.js';
import type { DispatchParts } from './dispatch-parts.js';
import { failedOnceMore, undecodedDelivery } from './handler-deliveries.js';
import type { OutcomeExecutor } from './outcome-executor.js';

/** Settles entries that no handler of this worker can get: they cannot be decoded, are not valid, or are unknown here. */
export class RejectedEntries {
  constructor(
    private readonly parts: Pick<DispatchParts, 'address' | 'settler' | 'observer'>,
    private readonly outcomes: OutcomeExecutor,
  ) {}

  /** Leaves an entry to another worker, ignores it, or makes a dead letter of it. Never throws. @param error why no handler gets it */
  async settle(inFlight: InFlightDelivery, error: unknown): Promise<void> {
    const handlerDelivery = undecodedDelivery(inFlight);
    const awaited = inFlight.isOverdue ? undefined : awaitedIn(error);
    if (awaited !== undefined && (await this.isSettledAsUnknown(handlerDelivery, awaited))) return;
    handlerDelivery.note = failedOnceMore(NO_FAILURES);
    await this.outcomes.carryOut(handlerDelivery, outcomeOfUnreadable(error));
  }

  /**
   * Carries `consumer.unknown` out for an event that this worker does not know.
   *
   * @param awaited the handler that it waits for, such as `order_placed 2`
   * @returns whether that settled it, or it was lost; false when it is to become a dead letter
   */
  private async isSettledAsUnknown(handlerDelivery: HandlerDelivery, awaited: string): Promise<boolean> {
    const { settler, observer, address } = this.parts;
    const { group } = address;
    const { streamKey: stream, entry, subscription, origin } = handlerDelivery.inFlight;
    const { unknown: policy } = subscription;
    // An operator has replayed it for a handler that is gone: to ignore it would lose it.
    if (policy === 'dead-letter' || (policy === 'ignore' && origin)) return false;
    try {
      if (policy === 'ignore') await settler.commit(handlerDelivery, undefined);
      else if (!(await settler.waitForHandler(handlerDelivery, awaited))) return false;
      observer.emit({ kind: 'unknown', stream, id: entry.id, group, awaited, policy });
    } catch (thrown) {
      if (!isLoss(thrown)) {
        this.outcomes.logUnexpected(handlerDelivery, thrown);
        return false;
      }
      // It stays pending, and is taken over.
      const { handler } = handlerDelivery;
      observer.emit({ kind: 'abandoned', stream, id: entry.id, group, handler, error: errorOf(thrown) });
    }
    return true;
  }
}
