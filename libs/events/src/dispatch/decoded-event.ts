import { decodeToHandle, refuseInfinite } from '../decode/decode.js';
import { demandSize } from '../decode/entry-limits.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { HandlerGoneError } from '../model/errors/delivery.js';
import { EventSourceError } from '../model/errors/event.js';
import { validateErased } from '../personal/erased-in.js';
import { Sealed } from '../personal/opening.js';
import type { PersonalPlace } from '../personal/personal-plan.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { textsOf } from '../stream/entries/raw-entry.js';
import type { TransactionParts } from '../transaction/worker-transaction.js';
import { validateInWords, validateCompiled } from '../validate/validate.js';
import { NO_HANDLER, type EventRoute, type RegisteredHandler } from '../delivery/subscriptions.js';

/** A decoded event, and the handlers that get it: none when the group ignores its type. */
export interface DecodedEvent {
  event: EventEnvelope<object>;
  handlers: readonly RegisteredHandler[];
  route: EventRoute;
  /** The personal data that is encrypted or erased; undefined where there is none. */
  sealed: Sealed | undefined;
}

/** Decodes an entry, each time anew. @throws the reason why no handler of this worker can get it */
export function decodeEvent(inFlight: InFlightDelivery): DecodedEvent {
  const { entry, subscription, origin } = inFlight;
  const { roundsIntegers, limits } = subscription;
  if (entry.bytes) demandSize(entry.bytes, limits);
  const event = decodeToHandle(fieldsOf(inFlight), roundsIntegers, limits);
  const route = subscription.routeOf(event.event_type, event.version);
  const handlers = origin ? handlersOfReplay(route.handlers, origin.handler, event) : route.handlers;
  if (handlers.length === 0) return { event, handlers, route, sealed: undefined };
  if (route.sources?.includes(event.source) === false) {
    throw new EventSourceError(event.event_type, event.source, route.sources);
  }
  return { event, handlers, route, sealed: route.personal && Sealed.of(route.personal, event) };
}

/** Validates the payload and makes it what handlers get; what no handler gets is not validated. @throws EventValidationError, EventDecodeError */
export function validateEvent(inFlight: InFlightDelivery, { event, handlers, route }: DecodedEvent): void {
  if (handlers.length > 0) event.data = validated(inFlight, route, event.data as Record<string, unknown>);
}

/**
 * Decrypts personal data and validates the whole payload. Erased data stays erased.
 *
 * @throws the reason why the event becomes a dead letter; or Redis' error when it is asked for keys
 */
export async function decryptAndValidate(
  inFlight: InFlightDelivery,
  { event, route, sealed }: DecodedEvent,
  { keyspace, subjectKeys }: Pick<TransactionParts, 'keyspace' | 'subjectKeys'>,
): Promise<void> {
  inFlight.openedMs = performance.now();
  const erased = await sealed?.open(keyspace, subjectKeys, inFlight.subscription);
  event.data = validated(inFlight, route, event.data as Record<string, unknown>, erased);
}

function validated(
  inFlight: InFlightDelivery,
  { event, schema }: EventRoute,
  given: Record<string, unknown>,
  erased?: readonly PersonalPlace[],
): Record<string, unknown> {
  if (erased && erased.length > 0) return validateErased(event, given, erased) as Record<string, unknown>;
  const isExact = !inFlight.subscription.roundsIntegers;
  let data = validateCompiled(event, given);
  // Some schema libraries take Infinity for a number.
  if (isExact && (!data || schema)) refuseInfinite(fieldsOf(inFlight));
  data ??= validateInWords(event, given);
  return data as Record<string, unknown>;
}

function fieldsOf({ entry }: InFlightDelivery): readonly string[] {
  return entry.bytes ? textsOf(entry.bytes) : (entry.fields ?? []);
}

/** A replayed event is for the handler that failed, or for all when none had got it. */
function handlersOfReplay(
  handlers: readonly RegisteredHandler[],
  failed: string,
  event: EventEnvelope,
): readonly RegisteredHandler[] {
  if (failed === NO_HANDLER) return handlers;
  const left = handlers.filter(({ name }) => name === failed);
  if (left.length > 0) return left;
  throw new HandlerGoneError(failed, event.event_type, event.version);
}
