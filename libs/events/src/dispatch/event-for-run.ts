import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { KEYS_KEPT_MS } from '../personal/subject-keys.js';
import type { TransactionParts } from '../transaction/worker-transaction.js';
import { decodeEvent, decryptAndValidate, validateEvent } from './decoded-event.js';
import type { DecodedHandlerDelivery } from './handler-deliveries.js';

/** The event for one run of a handler. Each run gets an event of its own: an earlier run may have changed its event. */
export function eventFor({ inFlight, event }: DecodedHandlerDelivery): EventEnvelope<object> {
  return { ...event, data: inFlight.isGiven ? decodeAgain(inFlight) : take(inFlight, event) };
}

/** The payload for one run, of an event with encrypted data. It is decrypted anew when its keys may be destroyed by now. */
export async function decryptedDataFor(
  { inFlight, event }: DecodedHandlerDelivery,
  transactions: Pick<TransactionParts, 'keyspace' | 'subjectKeys'>,
): Promise<object> {
  if (!inFlight.isGiven && performance.now() - inFlight.openedMs < KEYS_KEPT_MS) return take(inFlight, event);
  const decoded = decodeEvent(inFlight);
  if (decoded.sealed) await decryptAndValidate(inFlight, decoded, transactions);
  else validateEvent(inFlight, decoded);
  return decoded.event.data;
}

function decodeAgain(inFlight: InFlightDelivery): object {
  const decoded = decodeEvent(inFlight);
  validateEvent(inFlight, decoded);
  return decoded.event.data;
}

/** The payload as it was first decoded, for the first run. */
function take(inFlight: InFlightDelivery, event: EventEnvelope<object>): object {
  const { data } = event;
  inFlight.isGiven = true;
  // Only the handler needs it from now on: its memory is free before the event is settled.
  event.data = GIVEN;
  return data;
}

const GIVEN = Object.freeze({});
