import { decode } from '../decode/decode.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import type { StreamEntry } from '../stream/stream-client.js';

/** An entry with its envelope; `event` is null when it is none. */
export interface MonitoredEntry {
  id: string;
  event: EventEnvelope | null;
  fields: readonly string[];
}

/** @returns null for an entry that is not there any more */
export function toMonitored(entry: StreamEntry | null): MonitoredEntry | null {
  if (!entry?.fields) return null;
  try {
    return { id: entry.id, event: decode(entry.fields), fields: entry.fields };
  } catch {
    return { id: entry.id, event: null, fields: entry.fields };
  }
}

export function allMonitored(entries: readonly StreamEntry[]): MonitoredEntry[] {
  return entries.map(toMonitored).filter((entry) => entry !== null);
}
