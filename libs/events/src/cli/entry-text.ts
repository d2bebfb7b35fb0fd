import { compactJson, indentedJson, lossesOf } from '../envelope/json-text.js';
import type { MonitoredEntry } from '../monitor/monitored-entry.js';
import { timeOfEntryId } from '../stream/entry-id.js';
import { fieldOf, pairs } from '../stream/pairs.js';
import type { Paint } from './terminal/paint.js';
import { safe, safeLines } from '../safe-text.js';
import { cut, timeOfDay } from './terminal/text.js';

/** An entry on one line: when, where, what. */
export function entryLine(stream: string, entry: MonitoredEntry, width: number | undefined, paint: Paint): string {
  const { id, event, fields } = entry;
  const time = timeOfDay(timeOfEntryId(id));
  const what = event ? safe(event.event_type) : 'no envelope';
  const rest = event ? compactJson(fieldOf(fields, 'data') ?? '') : fieldsLine(entry);
  const about = [
    ...(event?.correlation_id === undefined ? [] : [`correlation=${event.correlation_id}`]),
    ...(event?.partition_key === undefined || event.partition_key === event.correlation_id
      ? []
      : [`key=${event.partition_key}`]),
  ].join(' ');
  const head = `${time}  ${safe(stream)}  ${id}  ${what}`;
  const tail = safe([about, rest].filter(Boolean).join('  '));
  const room = width === undefined ? undefined : width - head.length - 2;
  if (room !== undefined && room < 8) return cut(head, width ?? 0);
  return [
    `${paint('dim', time)}  ${paint('cyan', safe(stream))}  ${paint('dim', id)}  ${paint(event ? 'bold' : 'red', what)}`,
    room === undefined ? tail : cut(tail, room),
  ].join('  ');
}

/** An entry with its whole envelope, or its fields as they are where that is none. */
export function entryLines({ event, fields }: Pick<MonitoredEntry, 'event' | 'fields'>, paint: Paint): string[] {
  if (!event) return fieldLines(pairs(fields), paint);
  const { extra = {}, ...known } = event;
  const json = fieldOf(fields, 'data') ?? '';
  return [
    ...fieldLines([...Object.entries(known).filter(isText), ...Object.entries(extra)], paint),
    `  ${paint('dim', 'data')}`,
    ...safeLines(indentedJson(json)).map((line) => `    ${line}`),
    ...lossLines(json, paint),
  ];
}

/** What programs in JavaScript would read another value of than is written. */
export function lossLines(json: string, paint: Paint): string[] {
  return lossesOf(json).map(({ path, why }) => `  ${paint('yellow', 'not exact')}  ${safe(`${path}: ${why}`)}`);
}

/** Fields of what is no envelope; of what is no UTF-8 they are escaped already. */
function fieldsLine({ fields, bytes }: MonitoredEntry): string {
  if (!bytes) return JSON.stringify(Object.fromEntries(pairs(fields)));
  return pairs(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Names and values, one a line. */
export function fieldLines(fields: readonly (readonly [string, string])[], paint: Paint): string[] {
  const width = Math.min(20, Math.max(0, ...fields.map(([name]) => name.length)));
  return fields.map(([name, value]) => `  ${paint('dim', safe(name).padEnd(width))}  ${safe(value)}`);
}

/** All of an envelope but its payload. */
function isText(field: [name: string, value: unknown]): field is [string, string] {
  return typeof field[1] === 'string';
}
