import type { EventEnvelope } from '../envelope/event-envelope.js';
import { notUtf8Error } from '../stream/raw-entry.js';
import type { StreamEntry } from '../stream/stream-client.js';
import { decode, decodeToHandle, refuseInfinite } from './decode.js';

/** An entry's envelope; null when it is none. */
export function eventOf(entry: Pick<StreamEntry, 'fields' | 'bytes'>): EventEnvelope | null {
  try {
    return decodeEntry(entry);
  } catch {
    return null;
  }
}

/** Why an entry is no envelope, in words; null when it is one. */
export function problemOf(entry: Pick<StreamEntry, 'fields' | 'bytes'>): string | null {
  try {
    decodeEntry(entry);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * The envelope that a group's handlers are given of an entry; what their event class says of it is not asked.
 *
 * @throws EventDecodeError for what becomes a dead letter before a handler is called, with the options of consumers at their
 * defaults: also where {@link problemOf} has nothing against it
 */
export function eventForHandlers({ fields, bytes }: Pick<StreamEntry, 'fields' | 'bytes'>): EventEnvelope {
  if (bytes) throw notUtf8Error(bytes);
  const event = decodeToHandle(fields ?? []);
  refuseInfinite(fields ?? []);
  return event;
}

function decodeEntry({ fields, bytes }: Pick<StreamEntry, 'fields' | 'bytes'>): EventEnvelope {
  if (bytes) throw notUtf8Error(bytes);
  return decode(fields ?? []);
}
