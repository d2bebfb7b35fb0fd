import { eventOf } from '../decode/event-of.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { StreamEntry, WholeSize } from '../stream/entries/stream-entry.js';

/** An entry with its envelope. */
export interface MonitoredEntry {
  /** Unique in its stream; with partitions, in its partition. */
  id: string;
  /** Null when it cannot be decoded. */
  event: EventEnvelope | null;
  /** Name, value, name, value, … as they are in the stream. */
  fields: readonly string[];
  /** The same as bytes where one of them is not UTF-8; `fields` shows its bytes as `\\xff`, and its backslashes as `\\\\`. */
  bytes?: readonly Buffer[];
  /** It is larger than asked for: `fields` has the beginnings of some of its values, and `event` an empty `data`. */
  cut?: WholeSize;
}

/** @returns null for an entry that is not there any more */
export function toMonitored(entry: StreamEntry | null): MonitoredEntry | null {
  if (!entry?.fields) return null;
  const { id, fields, bytes, cut } = entry;
  return { id, event: eventOf(entry), fields, ...(bytes ? { bytes } : {}), ...(cut ? { cut } : {}) };
}

export function allMonitored(entries: readonly StreamEntry[]): MonitoredEntry[] {
  return entries.map(toMonitored).filter((entry) => entry !== null);
}
