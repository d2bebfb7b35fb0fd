import type { MonitoredEntry } from 'nestjs-event-streams';
import type { EntriesQuery } from '../contract/streams.js';
import { fieldOf } from './entry-summary.js';

/** The conditions of a search in a stream. */
export type EntryFilter = Pick<EntriesQuery, 'key' | 'type' | 'id' | 'correlation' | 'source' | 'text'>;

/** An entry of which only the fields are known. */
export type UndecodedEntry = Pick<MonitoredEntry, 'id' | 'fields'>;

/** The entry's field for each condition. */
const FIELDS = {
  key: 'partition_key',
  type: 'event_type',
  correlation: 'correlation_id',
  source: 'source',
} as const;

/** Whether the filter has any condition. */
export function isFilter({ key, type, id, correlation, source, text }: EntryFilter): boolean {
  return [key, type, id, correlation, source, text].some((wanted) => wanted !== undefined);
}

/** Whether an entry meets all conditions. Compares raw fields, so that a search decodes only its results. */
export function fits({ id: entryId, fields }: UndecodedEntry, filter: EntryFilter): boolean {
  const { id, text } = filter;
  for (const name of ['key', 'type', 'correlation', 'source'] as const) {
    const wanted = filter[name];
    if (wanted !== undefined && fieldOf(fields, FIELDS[name]) !== wanted) return false;
  }
  if (id !== undefined && entryId !== id && fieldOf(fields, 'event_id') !== id) return false;
  return text === undefined || contains(fields, text);
}

function contains(fields: readonly string[], text: string): boolean {
  const wanted = text.toLowerCase();
  return fields.some((field) => field.toLowerCase().includes(wanted));
}
