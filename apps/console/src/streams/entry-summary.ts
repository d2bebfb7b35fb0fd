import { timeOfEntryId, type DeadLetter, type EventEnvelope, type MonitoredEntry } from 'nestjs-event-streams';
import { indentedJson, lossesOf, shapeOf, shownPersonal } from 'nestjs-event-streams/internal';
import type { EntrySummary, EventHead, EventView, PayloadText } from '../contract/streams.js';

/**
 * Up to which size lists and journeys read an entry whole, in bytes. Of a larger one, they need only the names of its fields and the
 * beginning of its values.
 */
export const HEAD_BYTES = 32 * 1024;

const PREVIEW_LENGTH = 200;
/** How much lists show of an id or a name; the library publishes no longer ones. */
const MAX_TEXT_LENGTH = 1024;
/** How many extra fields an event's head has, and how much of each. */
const MAX_EXTRA = 20;
const MAX_EXTRA_LENGTH = 200;
/** How much an answer shows of one value, if the entry is too large to be shown whole. */
const MAX_VALUE_LENGTH = 64 * 1024;
/** Up to how many characters an entry is shown whole: twice the library's default limit for publishing. */
const MAX_WHOLE_LENGTH = 2 * 1024 * 1024;
/** Up to how many fields, levels and values an entry is shown whole: each costs an element of the page, or a call of the JSON parser. */
const MAX_FIELDS = 500;
const MAX_LEVELS = 1000;
const MAX_PARTS = 200_000;

/** An entry, or the entry of a dead letter. */
type Read = Pick<MonitoredEntry, 'event' | 'fields' | 'cut'>;

/** An entry for lists. It holds no reference to the whole entry. */
export function summaryOf(stream: string, entry: MonitoredEntry): EntrySummary {
  const { id, event, fields } = entry;
  return {
    stream,
    id,
    atMs: timeOfEntryId(id),
    isEvent: event !== null,
    eventId: textOf(event?.event_id),
    type: textOf(event?.event_type),
    version: textOf(event?.version),
    source: textOf(event?.source),
    partitionKey: textOf(event?.partition_key),
    correlationId: textOf(event?.correlation_id),
    causationId: textOf(event?.causation_id),
    preview: cut(event ? shownPersonal(fieldOf(fields, 'data') ?? '') : beginningOf(fields), PREVIEW_LENGTH),
    size: sizeOf(entry),
  };
}

/** An event without its payload, for lists. */
export function headOf({ extra, ...event }: EventEnvelope): EventHead {
  const texts = Object.entries(event).filter((field): field is [string, string] => typeof field[1] === 'string');
  const head = Object.fromEntries(texts.map(([name, text]) => [name, cut(text, MAX_TEXT_LENGTH)]));
  if (!extra) return head as unknown as EventHead;
  const shown = Object.entries(extra).slice(0, MAX_EXTRA);
  const others = Object.fromEntries(
    shown.map(([name, text]) => [cut(name, MAX_EXTRA_LENGTH), cut(text, MAX_EXTRA_LENGTH)]),
  );
  return { ...head, extra: others } as unknown as EventHead;
}

/** An entry as far as it can be shown. */
export interface ShownEntry {
  event: EventView | null;
  isCut: boolean;
  payload: PayloadText | null;
  fields: [name: string, value: string][];
  fieldCount: number;
  size: number;
}

/**
 * An entry as a page shows it: whole or, if it is too large, the beginnings of its fields.
 *
 * @param data the payload to show. Default: the entry's
 */
export function shownOf(entry: Read, data = fieldOf(entry.fields, 'data') ?? '{}'): ShownEntry {
  const { event, fields, cut: whole } = entry;
  const size = sizeOf(entry);
  const fieldCount = Math.floor((whole?.values ?? fields.length) / 2);
  const isCut = whole !== undefined || size > MAX_WHOLE_LENGTH || fieldCount > MAX_FIELDS || isTooComplex(fields);
  return {
    event: isCut ? null : event,
    isCut,
    payload: isCut || event === null ? null : payloadText(data),
    fields: isCut ? beginningsOf(fields) : pairsOf(fields),
    fieldCount,
    size,
  };
}

/** Whether a payload is nested deeper, or has more values, than can be shown. */
function isTooComplex(fields: readonly string[]): boolean {
  const { depth, parts } = shapeOf(fieldOf(fields, 'data') ?? '');
  return depth > MAX_LEVELS || parts > MAX_PARTS;
}

/** Why a payload cannot be shown, in words; undefined when it can. */
export function whyTooComplex(json: string): string | undefined {
  const { depth, parts } = shapeOf(json);
  if (depth > MAX_LEVELS) return `Expected at most ${String(MAX_LEVELS)} levels, got ${String(depth)}`;
  return parts > MAX_PARTS ? `Expected at most ${String(MAX_PARTS)} values, got about ${String(parts)}` : undefined;
}

/** The entry's fields as pairs, unchanged. */
function pairsOf(fields: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) pairs.push([fields[index] ?? '', fields[index + 1] ?? '']);
  return pairs;
}

/** The first fields as pairs, the beginning of each value. */
function beginningsOf(fields: readonly string[]): [string, string][] {
  const shown: [string, string][] = [];
  let size = 0;
  for (let index = 0; index + 1 < fields.length && size < MAX_WHOLE_LENGTH && shown.length < MAX_FIELDS; index += 2) {
    const pair: [string, string] = [
      cut(fields[index] ?? '', MAX_TEXT_LENGTH),
      cut(fields[index + 1] ?? '', MAX_VALUE_LENGTH),
    ];
    size += pair[0].length + pair[1].length;
    shown.push(pair);
  }
  return shown;
}

/** The value of a field of an entry; the last one if the field is repeated. */
export function fieldOf(fields: readonly string[], name: string): string | undefined {
  for (let index = fields.length - 2; index >= 0; index -= 2) if (fields[index] === name) return fields[index + 1];
  return undefined;
}

/** A payload, formatted for people. */
export function payloadText(json: string): PayloadText {
  return { json: indentedJson(json), losses: lossesOf(json).map(({ path, why }) => `${path}: ${why}`) };
}

/** The approximate size of an entry: in characters, or in bytes if only a part was read. */
export function sizeOf({ fields, cut: whole }: Pick<MonitoredEntry | DeadLetter, 'fields' | 'cut'>): number {
  if (whole) return whole.bytes;
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

function textOf(text: string | undefined): string | null {
  return text === undefined ? null : cut(text, MAX_TEXT_LENGTH);
}

/** The beginning of a text that is too long. A copy, because a substring would keep the whole text in memory. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return Buffer.from(`${text.slice(0, most - 1)}…`, 'utf16le').toString('utf16le');
}
