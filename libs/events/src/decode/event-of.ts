import type { EventEnvelope } from '../model/event-envelope.js';
import { notUtf8Error } from '../stream/entries/raw-entry.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';
import { decode, decodeToHandle, refuseInfinite } from './decode.js';

type Read = Pick<StreamEntry, 'fields' | 'bytes' | 'cut'>;

/** An entry's envelope; null when it is no event. The `data` of an entry that was cut is empty: only its beginning was read. */
export function eventOf(entry: Read): EventEnvelope | null {
  try {
    return decodeEntry(entry);
  } catch {
    return null;
  }
}

/** Why an entry is no event, in words; null when it is one. */
export function problemOf(entry: Read): string | null {
  try {
    decodeEntry(entry);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * The envelope of an entry as handlers get it, but not validated by an event class. With the default options of consumers.
 *
 * @throws EventDecodeError for an entry that would become a dead letter; it is stricter than {@link problemOf}
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

/** Replaces the beginning of a payload, which is no JSON, by an empty object, if it begins as an object. */
function withoutData(fields: readonly string[]): readonly string[] {
  return fields.map((value, index) => {
    return index % 2 === 1 && fields[index - 1] === 'data' && /^\s*\{/.test(value) ? '{}' : value;
  });
}
