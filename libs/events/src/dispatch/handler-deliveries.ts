import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { NO_HANDLER, type RegisteredHandler } from '../delivery/subscriptions.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { NO_FAILURES, noteField, parseNote, type FailureNote } from '../stream/entries/delivery-notes.js';

/** A delivery of a decoded event, for one of its handlers. */
export type DecodedHandlerDelivery = HandlerDelivery & { event: EventEnvelope<object> };

/** A delivery for one of the event's handlers, before its first attempt. */
export function handlerDeliveryOf(
  inFlight: InFlightDelivery,
  event: EventEnvelope<object>,
  { name: handler, parksKey }: Pick<RegisteredHandler, 'name' | 'parksKey'>,
  handlers: readonly RegisteredHandler[],
): DecodedHandlerDelivery {
  return {
    inFlight,
    event,
    handler,
    parksKey,
    handlers: namesOf(handlers),
    note: noteOf(inFlight, handler),
    operation: undefined,
  };
}

/** A delivery of an event that needs no handler any more, to be acknowledged. */
export function deliveryForNobody(
  inFlight: InFlightDelivery,
  event: EventEnvelope<object>,
  handlers: readonly RegisteredHandler[],
): DecodedHandlerDelivery {
  return handlerDeliveryOf(inFlight, event, NOBODY, handlers);
}

const NOBODY = { name: NO_HANDLER, parksKey: false };

/** A delivery of an entry that is not decoded. A replay belongs to the handler that it names, also when an operator has edited it beyond decoding. */
export function undecodedDelivery(inFlight: InFlightDelivery): HandlerDelivery {
  const handler = inFlight.origin?.handler ?? NO_HANDLER;
  return {
    inFlight,
    event: undefined,
    handler,
    parksKey: false,
    handlers: inFlight.subscription.handlerNames,
    note: noteOf(inFlight, handler),
    operation: undefined,
  };
}

const names = new WeakMap<readonly RegisteredHandler[], readonly string[]>();

/** Once for each route, not for each event. */
function namesOf(handlers: readonly RegisteredHandler[]): readonly string[] {
  let found = names.get(handlers);
  if (!found) names.set(handlers, (found = handlers.map(({ name }) => name)));
  return found;
}

/** The note of a handler's earlier attempts. */
function noteOf(inFlight: InFlightDelivery, handler: string): Readonly<FailureNote> {
  if (!inFlight.isNoted && !inFlight.isQuarantined) return NO_FAILURES;
  return parseNote(inFlight.notes.get(noteField(inFlight.entry.id, handler)));
}

/** Which attempt is made now, from 1. */
export function attemptOf({ note }: Pick<HandlerDelivery, 'note'>): number {
  return note.failures + 1;
}

/** The note of one more failure that counts. */
export function failedOnceMore({ failures, firstFailureMs, openQuarantineRuns }: FailureNote): FailureNote {
  return { failures: failures + 1, firstFailureMs: firstFailureMs || Date.now(), openQuarantineRuns };
}
