import { indentedJson, lossesOf, timeOfEntryId, type EventEnvelope, type MonitoredEntry } from 'nestjs-event-streams';
import type { EntrySummary, EventHead, PayloadText } from '../contract/streams.js';

const PREVIEW_LENGTH = 200;
/** What one value of an entry may add to an answer that shows the entry whole. */
const LONGEST_VALUE = 64 * 1024;
/** Up to so many characters an entry is shown whole: twice what the library publishes unless it is told otherwise. */
const LARGEST_WHOLE = 2 * 1024 * 1024;

/** An entry for lists. It keeps nothing of the entry but what it shows. */
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
    preview: previewOf(event ? (fieldOf(fields, 'data') ?? '') : beginningOf(fields)),
    size: sizeOf(fields),
  };
}

/** An event without its payload. */
export function headOf(event: EventEnvelope): EventHead {
  const head: EventHead & { data?: unknown } = { ...event };
  delete head.data;
  return head;
}

/** The entry's fields as pairs, as they are. */
export function pairsOf(fields: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) pairs.push([fields[index] ?? '', fields[index + 1] ?? '']);
  return pairs;
}

/** Whether an entry is too large to be shown whole. */
export function isTooLarge(fields: readonly string[]): boolean {
  return sizeOf(fields) > LARGEST_WHOLE;
}

/** The fields as pairs, of an entry that is too large with their beginnings alone. */
export function shownPairsOf(fields: readonly string[]): [string, string][] {
  if (!isTooLarge(fields)) return pairsOf(fields);
  const shown: [string, string][] = [];
  let size = 0;
  for (let index = 0; index + 1 < fields.length && size < LARGEST_WHOLE; index += 2) {
    const pair: [string, string] = [
      cut(fields[index] ?? '', LONGEST_VALUE),
      cut(fields[index + 1] ?? '', LONGEST_VALUE),
    ];
    size += pair[0].length + pair[1].length;
    shown.push(pair);
  }
  return shown;
}

/** The value of a field of an entry, the last one where it is there several times. */
export function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let index = fields.length - 2; index >= 0; index -= 2) if (fields[index] === name) return fields[index + 1];
  return undefined;
}

/** A payload for people. */
export function payloadText(json: string): PayloadText {
  return { json: indentedJson(json), losses: lossesOf(json).map(({ path, why }) => `${path}: ${why}`) };
}

/** The payload of an entry; null where it is no event, or too large to be shown whole. */
export function payloadOf(event: object | null, fields: readonly string[]): PayloadText | null {
  return event === null || isTooLarge(fields) ? null : payloadText(fieldOf(fields, 'data') ?? '{}');
}

/** How large an entry is, about: its characters. */
export function sizeOf(fields: readonly string[]): number {
  let size = 0;
  for (const text of fields) size += text.length;
  return size;
}

function beginningOf(fields: readonly string[]): string {
  let text = '';
  for (const field of fields) {
    text += `${text === '' ? '' : ' '}${field}`;
    if (text.length > PREVIEW_LENGTH) break;
  }
  return text;
}

function previewOf(text: string): string {
  return cut(text, PREVIEW_LENGTH);
}

/** A copy, as a part of a text keeps all of it in memory. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return Buffer.from(`${text.slice(0, most - 1)}…`, 'utf16le').toString('utf16le');
}
