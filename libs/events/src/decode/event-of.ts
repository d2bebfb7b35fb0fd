import type { EventEnvelope } from '../model/event-envelope.js';
import { notUtf8Error } from '../stream/raw-entry.js';
import type { StreamEntry } from '../stream/stream-entry.js';
import { decode, decodeToHandle, refuseInfinite } from './decode.js';

type Read = Pick<StreamEntry, 'fields' | 'bytes' | 'cut'>;

/** An entry's envelope; null when it is none. Of an entry that was cut, `data` is empty: only its beginning was read. */
export function eventOf(entry: Read): EventEnvelope | null {
  try {
    return decodeEntry(entry);
  } catch {
    return null;
  }
}

/** Why an entry is no envelope, in words; null when it is one. */
export function problemOf(entry: Read): string | null {
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

function decodeEntry({ fields, bytes, cut }: Read): EventEnvelope {
  if (bytes) throw notUtf8Error(bytes);
  return decode(cut ? withoutData(fields ?? []) : (fields ?? []));
}

/** The payload's beginning is no JSON; whether it began as an object does is all that it tells. */
function withoutData(fields: readonly string[]): readonly string[] {
  return fields.map((value, index) => {
    return index % 2 === 1 && fields[index - 1] === 'data' && /^\s*\{/.test(value) ? '{}' : value;
  });
}
