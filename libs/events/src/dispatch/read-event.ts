import { decodeToHandle, refuseInfinite } from '../decode/decode.js';
import { demandSize } from '../decode/entry-limits.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { HandlerGoneError } from '../model/errors/delivery.js';
import { EventSourceError } from '../model/errors/event.js';
import { validateErased } from '../personal/erased-in.js';
import { Sealed } from '../personal/opening.js';
import type { PersonalPlace } from '../personal/personal.js';
import type { SubjectKeys } from '../personal/subject-keys.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Keyspace } from '../stream/keyspace.js';
import { textsOf } from '../stream/raw-entry.js';
import { validateInWords, validateCompiled } from '../validate/validate.js';
import { NO_HANDLER, type EventRoute, type RegisteredHandler } from '../delivery/subscriptions.js';

/** An event, and who gets it: nobody when the group passes over it. */
export interface ReadEvent {
  event: EventEnvelope<object>;
  handlers: readonly RegisteredHandler[];
}

/** An event of which something is encrypted or erased, as far as it can be read without keys: it is not validated. */
export interface SealedEvent extends ReadEvent {
  sealed: Sealed;
  route: EventRoute;
}

/** Decodes and validates an entry, each time anew. @throws what makes it a dead letter */
export function readEvent(inFlight: InFlightDelivery): ReadEvent | SealedEvent {
  const { entry, subscription, origin } = inFlight;
  const { roundsIntegers, limits } = subscription;
  if (entry.bytes) demandSize(entry.bytes, limits);
  const fields = fieldsOf(inFlight);
  const event = decodeToHandle(fields, roundsIntegers, limits);
  const route = subscription.routeOf(event.event_type, event.version);
  const handlers = origin ? handlersOfReplay(route.handlers, origin.handler, event) : route.handlers;
  if (handlers.length === 0) return { event, handlers };
  if (route.sources?.includes(event.source) === false) {
    throw new EventSourceError(event.event_type, event.source, route.sources);
  }
  const sealed = route.personal && Sealed.of(route.personal, event);
  if (sealed) return { event, handlers, sealed, route };
  event.data = validated(inFlight, route, event.data);
  return { event, handlers };
}

export function isSealed(read: ReadEvent): read is SealedEvent {
  return 'sealed' in read;
}

/**
 * Decrypts what is encrypted, and validates the whole; what is erased stays so.
 *
 * @throws what makes it a dead letter, or what Redis says when it is asked for keys
 */
export async function openEvent(
  inFlight: InFlightDelivery,
  { event, handlers, sealed, route }: SealedEvent,
  keyspace: Keyspace,
  subjectKeys: SubjectKeys,
): Promise<ReadEvent> {
  inFlight.openedMs = performance.now();
  const erased = await sealed.open(keyspace, subjectKeys, inFlight.subscription);
  event.data = validated(inFlight, route, event.data as Record<string, unknown>, erased);
  return { event, handlers };
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
  // Not every library's numbers are finite ones.
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
