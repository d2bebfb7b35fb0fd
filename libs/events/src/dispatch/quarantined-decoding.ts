import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { isLoss, outcomeOfUnexpected } from '../model/outcome.js';
import { decodeEvent, validateEvent, type DecodedEvent } from './decoded-event.js';
import type { DispatchParts } from './dispatch-parts.js';
import { undecodedDelivery } from './handler-deliveries.js';
import type { OutcomeExecutor } from './outcome-executor.js';
import type { Quarantine } from './quarantine.js';
import type { RejectedEntries } from './rejected-entries.js';

/** Decodes and validates quarantined entries, each in a quarantine run of its own: decoding may be what workers died of. */
export class QuarantinedDecoding {
  constructor(
    private readonly parts: Pick<DispatchParts, 'semaphore' | 'stopping'>,
    private readonly quarantine: Quarantine,
    private readonly rejected: RejectedEntries,
    private readonly outcomes: OutcomeExecutor,
  ) {}

  /**
   * Decodes an entry, and validates it unless it has encrypted data. Never throws.
   *
   * @returns undefined when the entry is settled or lost, or the worker stops
   */
  async decode(inFlight: InFlightDelivery): Promise<DecodedEvent | undefined> {
    const handlerDelivery = undecodedDelivery(inFlight);
    try {
      const decoded = await this.decodeAlone(handlerDelivery);
      if (!decoded || !('error' in decoded)) return decoded;
      await this.rejected.settle(inFlight, decoded.error);
    } catch (thrown) {
      if (!isLoss(thrown)) this.outcomes.logUnexpected(handlerDelivery, thrown);
      await this.outcomes.carryOut(handlerDelivery, outcomeOfUnexpected(thrown));
    }
    return undefined;
  }

  private async decodeAlone(handlerDelivery: HandlerDelivery): Promise<DecodedEvent | { error: unknown } | undefined> {
    const { semaphore, stopping } = this.parts;
    const { inFlight } = handlerDelivery;
    const waiting = semaphore.acquire(true);
    if (waiting) await waiting;
    try {
      if (stopping.isStopping || inFlight.lostBecause) return undefined;
      const known = await this.quarantine.begin(handlerDelivery);
      if (known) {
        await this.outcomes.carryOut(handlerDelivery, known);
        return undefined;
      }
      const decoded = decodedOrError(inFlight);
      await this.quarantine.end(handlerDelivery);
      return decoded;
    } finally {
      semaphore.release(true);
    }
  }
}

function decodedOrError(inFlight: InFlightDelivery): DecodedEvent | { error: unknown } {
  try {
    const decoded = decodeEvent(inFlight);
    if (!decoded.sealed) validateEvent(inFlight, decoded);
    return decoded;
  } catch (error) {
    return { error };
  }
}
