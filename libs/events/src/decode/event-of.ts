import type { EventEnvelope } from '../envelope/event-envelope.js';
import { notUtf8Error } from '../stream/raw-entry.js';
import type { StreamEntry } from '../stream/stream-client.js';
import { decode } from './decode.js';

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

function decodeEntry({ fields, bytes }: Pick<StreamEntry, 'fields' | 'bytes'>): EventEnvelope {
  if (bytes) throw notUtf8Error(bytes);
  return decode(fields ?? []);
}
