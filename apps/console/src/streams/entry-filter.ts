import type { MonitoredEntry } from 'nestjs-event-streams';
import type { EntriesQuery } from '../contract/streams.js';

/** Of what is looked for in a stream. */
export type EntryFilter = Pick<EntriesQuery, 'key' | 'type' | 'id' | 'correlation' | 'source' | 'text'>;

/** Whether there is anything that an entry must fit. */
export function isFilter({ key, type, id, correlation, source, text }: EntryFilter): boolean {
  return [key, type, id, correlation, source, text].some((wanted) => wanted !== undefined);
}

/** Whether an entry fits all that is given. */
export function fits({ id: entryId, event, fields }: MonitoredEntry, filter: EntryFilter): boolean {
  const { key, type, id, correlation, source, text } = filter;
  return (
    (key === undefined || event?.partition_key === key) &&
    (type === undefined || event?.event_type === type) &&
    (id === undefined || entryId === id || event?.event_id === id) &&
    (correlation === undefined || event?.correlation_id === correlation) &&
    (source === undefined || event?.source === source) &&
    (text === undefined || contains(fields, text))
  );
}

function contains(fields: readonly string[], text: string): boolean {
  const wanted = text.toLowerCase();
  return fields.some((field) => field.toLowerCase().includes(wanted));
}
