import { type MonitoredEntry, timeOfEntryId } from 'nestjs-event-streams/core';
import {
  compactJson,
  indentedJson,
  lossesOf,
  shapeOf,
  fieldOf,
  pairs,
  shownPersonal,
} from 'nestjs-event-streams/internal';
import { safe, safeLines } from 'nestjs-event-streams/text';
import type { Paint } from './terminal/paint.js';
import { count, cut, number, timeOfDay } from './terminal/text.js';

/** What of an entry is shown for people, in fields and in characters of a value: more nobody reads, and `--json` has it. */
const MAX_FIELDS = 500;
const MAX_VALUE_LENGTH = 256 * 1024;
/** A payload of more values, or levels, is shown as it is written. */
const MAX_PARTS = 20_000;
const MAX_LEVELS = 100;
/** What is looked at of a text that is cut to a line, for each column: blanks are left out, and escapes become longer. */
const LOOKED_AT = 8;

/** An entry on one line: when, where, what. */
export function entryLine(stream: string, entry: MonitoredEntry, width: number | undefined, paint: Paint): string {
  const { id, event, fields } = entry;
  const time = timeOfDay(timeOfEntryId(id));
  const what = event ? safe(event.event_type) : 'not an event';
  const most = width === undefined ? Infinity : width * LOOKED_AT;
  const rest = event
    ? compactJson(shownPersonal(fieldOf(fields, 'data') ?? '').slice(0, most))
    : fieldsLine(entry, most);
  const about = [
    ...(event?.correlation_id === undefined ? [] : [`correlation=${event.correlation_id}`]),
    ...(event?.partition_key === undefined || event.partition_key === event.correlation_id
      ? []
      : [`key=${event.partition_key}`]),
  ].join(' ');
  const head = `${time}  ${safe(stream)}  ${id}  ${what}`;
  const size = entry.cut ? `(${number(entry.cut.bytes)} bytes, of which this is the beginning)` : '';
  const tail = safe([about.slice(0, most), size, rest].filter(Boolean).join('  '));
  const room = width === undefined ? undefined : width - head.length - 2;
  if (room !== undefined && room < 8) return cut(head, width ?? 0);
  return [
    `${paint('dim', time)}  ${paint('cyan', safe(stream))}  ${paint('dim', id)}  ${paint(event ? 'bold' : 'red', what)}`,
    room === undefined ? tail : cut(tail, room),
  ].join('  ');
}

/**
 * An entry with its whole envelope, or its fields as they are where that is none; what is too much is shortened, and that is said.
 *
 * @param data its payload as people are to see it. Default: as it is
 */
export function entryLines(
  entry: Pick<MonitoredEntry, 'event' | 'fields' | 'cut'>,
  paint: Paint,
  data = fieldOf(entry.fields, 'data') ?? '',
): string[] {
  const { event, fields, cut: whole } = entry;
  const note = whole
    ? [`  ${paint('yellow', 'shortened')}  ${number(whole.bytes)} bytes, which are too many to be read whole`]
    : [];
  if (!event) return [...note, ...fieldLines(pairs(fields), paint)];
  const { extra = {}, ...known } = event;
  return [
    ...note,
    ...fieldLines([...Object.entries(known).filter(isText), ...Object.entries(extra)], paint),
    `  ${paint('dim', 'data')}`,
    ...payloadLines(data, whole !== undefined, paint),
  ];
}

function payloadLines(json: string, isCut: boolean, paint: Paint): string[] {
  const { depth, parts } = shapeOf(json);
  if (!isCut && json.length <= MAX_VALUE_LENGTH && depth <= MAX_LEVELS && parts <= MAX_PARTS) {
    return [...safeLines(indentedJson(json)).map((line) => `    ${line}`), ...lossLines(json, paint)];
  }
  const why = `${count(json.length, 'character')}, ${count(depth, 'level')}, about ${count(parts, 'value')}: as it is written`;
  return [`  ${paint('yellow', 'not indented')}  ${why}`, `    ${safe(shortened(json))}`];
}

/** The beginning of a text that is too long, and how long it is. */
export function shortened(text: string): string {
  return text.length <= MAX_VALUE_LENGTH
    ? text
    : `${text.slice(0, MAX_VALUE_LENGTH)}… (${count(text.length, 'character')})`;
}

/** What programs in JavaScript would read another value of than is written. */
export function lossLines(json: string, paint: Paint): string[] {
  return lossesOf(json).map(({ path, why }) => `  ${paint('yellow', 'not exact')}  ${safe(`${path}: ${why}`)}`);
}

/** The fields of an entry that is not an event. Bytes that are not UTF-8 are escaped already. */
function fieldsLine({ fields, bytes }: MonitoredEntry, most: number): string {
  const parts: string[] = [];
  let length = 0;
  // Each as often as it is there, in whatever order: an object would have it once.
  for (const [name, value] of pairs(fields)) {
    const [left, right] = [name.slice(0, most), value.slice(0, most)];
    parts.push(bytes ? `${left}=${right}` : `${JSON.stringify(left)}:${JSON.stringify(right)}`);
    length += left.length + right.length;
    if (length > most) break;
  }
  return bytes ? parts.join(' ') : `{${parts.join(',')}}`;
}

/** Names and values, one a line; of very many the first, and of a very long one the beginning. */
export function fieldLines(fields: readonly (readonly [string, string])[], paint: Paint): string[] {
  const shown = fields.slice(0, MAX_FIELDS);
  const width = shown.reduce((most, [name]) => Math.min(20, Math.max(most, name.length)), 0);
  const lines = shown.map(
    ([name, value]) => `  ${paint('dim', safe(shortened(name)).padEnd(width))}  ${safe(shortened(value))}`,
  );
  const left = fields.length - shown.length;
  return left === 0
    ? lines
    : [...lines, `  ${paint('yellow', `… and ${count(left, 'more field')}; --json has them all`)}`];
}

/** All of an envelope but its payload. */
function isText(field: [name: string, value: unknown]): field is [string, string] {
  return typeof field[1] === 'string';
}
