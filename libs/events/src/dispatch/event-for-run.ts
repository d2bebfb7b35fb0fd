import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { KEYS_KEPT_MS } from '../personal/subject-keys.js';
import type { TransactionParts } from '../transaction/transaction.js';
import type { DecodedHandlerDelivery } from './handler-deliveries.js';
import { isSealed, openEvent, readEvent } from './read-event.js';

/** Each run gets an event of its own: an earlier one may have changed what it was given. */
export function eventFor({ inFlight, event }: DecodedHandlerDelivery): EventEnvelope<object> {
  return { ...event, data: inFlight.isGiven ? readEvent(inFlight).event.data : take(inFlight, event) };
}

/** The payload for one run, of an event with encrypted data: no handler begins with what a destroyed key was for. */
export async function openData(
  { inFlight, event }: DecodedHandlerDelivery,
  { keyspace, subjectKeys }: Pick<TransactionParts, 'keyspace' | 'subjectKeys'>,
): Promise<object> {
  if (!inFlight.isGiven && performance.now() - inFlight.openedMs < KEYS_KEPT_MS) return take(inFlight, event);
  const read = readEvent(inFlight);
  return isSealed(read) ? (await openEvent(inFlight, read, keyspace, subjectKeys)).event.data : read.event.data;
}

/** The payload as it was first decoded, for one run. */
function take(inFlight: InFlightDelivery, event: EventEnvelope<object>): object {
  const { data } = event;
  inFlight.isGiven = true;
  // The handler's from now on: while the event waits for its settlement, nobody else needs it.
  event.data = GIVEN;
  return data;
}

const GIVEN = Object.freeze({});
