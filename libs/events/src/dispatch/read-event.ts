import { decodeToHandle, demandSize, refuseInfinite } from '../decode/decode.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import { EventSourceError, HandlerGoneError } from '../errors.js';
import type { Holding } from '../read/holdings.js';
import { textsOf } from '../stream/raw-entry.js';
import { validateByDecorators, validateCompiled } from '../validate/validate.js';
import { NO_HANDLER, type RegisteredHandler } from './subscriptions.js';

/** An event, and who gets it: nobody when the group passes over it. */
export interface ReadEvent {
  event: EventEnvelope<object>;
  handlers: readonly RegisteredHandler[];
}

/** Decodes and validates an entry, each time anew. @throws what makes it a dead letter */
export function readEvent({ entry, subscription, origin }: Holding): ReadEvent {
  const { roundsIntegers, limits } = subscription;
  if (entry.bytes) demandSize(entry.bytes, limits);
  const fields = entry.bytes ? textsOf(entry.bytes) : (entry.fields ?? []);
  const event = decodeToHandle(fields, roundsIntegers, limits);
  const route = subscription.routeOf(event.event_type, event.version);
  const handlers = origin ? handlersOfReplay(route.handlers, origin.handler, event) : route.handlers;
  if (handlers.length === 0) return { event, handlers };
  if (route.sources?.includes(event.source) === false) {
    throw new EventSourceError(event.event_type, event.source, route.sources);
  }
  let data = validateCompiled(route.event, event.data);
  if (!data) {
    if (!roundsIntegers) refuseInfinite(fields);
    data = validateByDecorators(route.event, event.data);
  }
  event.data = data as Record<string, unknown>;
  return { event, handlers };
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
