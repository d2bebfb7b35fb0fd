import { timeOfEntryId, type MonitoredEntry } from 'nestjs-event-streams';
import type { EntrySummary } from '../contract/streams.js';

const PREVIEW_LENGTH = 200;

/** An entry for lists. */
export function summaryOf(stream: string, { id, event, fields }: MonitoredEntry): EntrySummary {
  return {
    stream,
    id,
    atMs: timeOfEntryId(id),
    isEvent: event !== null,
    eventId: event?.event_id ?? null,
    type: event?.event_type ?? null,
    version: event?.version ?? null,
    source: event?.source ?? null,
    key: event?.partition_key ?? null,
    correlationId: event?.correlation_id ?? null,
    causationId: event?.causation_id ?? null,
    preview: previewOf(event ? (fieldOf(fields, 'data') ?? '') : fields.join(' ')),
    size: fields.reduce((sum, text) => sum + text.length, 0),
  };
}

/** The entry's fields as pairs, as they are. */
export function pairsOf(fields: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) pairs.push([fields[index] ?? '', fields[index + 1] ?? '']);
  return pairs;
}

function fieldOf(fields: readonly string[], name: string): string | undefined {
  return pairsOf(fields).find(([field]) => field === name)?.[1];
}

function previewOf(text: string): string {
  return text.length <= PREVIEW_LENGTH ? text : `${text.slice(0, PREVIEW_LENGTH - 1)}…`;
}
