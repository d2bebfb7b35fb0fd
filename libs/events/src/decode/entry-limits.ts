import { EventDecodeError, EventLimitError } from '../model/errors/event.js';
import { OPTIONAL_FIELDS, REQUIRED_FIELDS } from '../model/event-envelope.js';
import { limitBeyond, MAX_BYTES_OF_A_UNIT, type PayloadLimits } from '../model/payload-limits.js';

/** A stream entry as Redis gives it: field, value, field, value, … */
export type EntryFields = readonly string[];

const FIELDS: readonly string[] = [...REQUIRED_FIELDS, ...OPTIONAL_FIELDS];

/** Checks the size of an entry before its bytes become text. @throws EventLimitError when one of its fields is too large */
export function demandSize(bytes: readonly Buffer[], { maxBytes }: PayloadLimits): void {
  const most = Math.max(maxBytes, LEAST_FOR_ENVELOPE);
  const place = bytes.findIndex(({ length }) => length > most);
  if (place === -1) return;
  const got = String(bytes[place]?.length);
  const isData = place % 2 === 1 && bytes[place - 1]?.equals(DATA) === true;
  const what = isData ? 'bytes of data' : 'bytes of all fields besides data';
  throw new EventLimitError('consumer.maxBytes', isData ? maxBytes : most, what, got);
}

const DATA = Buffer.from('data');

/** Bytes that all fields besides data may have together, even if `maxBytes` is smaller. */
const LEAST_FOR_ENVELOPE = 2 ** 16;

/**
 * Characters of an attribute of the envelope besides data; far more than publishers may send. Attributes are copied to other events, and
 * are parts of keys.
 */
const MAX_ATTRIBUTE_LENGTH = 4096;

/** Checks an entry's size. The check costs no more than the limits allow. @throws EventLimitError for an entry beyond a limit */
export function demandWithin(fields: EntryFields, limits: PayloadLimits): void {
  const { length } = fields;
  const { maxProperties, maxBytes } = limits;
  if (length / 2 > maxProperties + FIELDS.length) {
    const got = String(length / 2);
    throw new EventLimitError('consumer.maxProperties', maxProperties + FIELDS.length, 'fields of an entry', got);
  }
  let units = 0;
  let data = '';
  let long: number | undefined;
  for (let place = 0; place < length; place += 2) {
    const name = fields[place] as string;
    const value = fields[place + 1] as string;
    units += name.length;
    // A second data field counts as any other field; the entry is rejected soon.
    if (name === 'data' && data === '') {
      data = value;
      continue;
    }
    units += value.length;
    if (value.length > MAX_ATTRIBUTE_LENGTH && long === undefined) long = FIELDS.includes(name) ? place : undefined;
  }
  const most = Math.max(maxBytes, LEAST_FOR_ENVELOPE);
  if (units * MAX_BYTES_OF_A_UNIT > most) demandBytes(fields, data, most);
  if (long !== undefined) {
    const [name, value] = fields.slice(long, long + 2) as [string, string];
    const got = `${String(value.length)} characters`;
    throw new EventDecodeError(`Expected ${name} of at most ${String(MAX_ATTRIBUTE_LENGTH)} characters, got ${got}`);
  }
  const beyond = limitBeyond(data, limits);
  if (beyond) throw beyondLimit(beyond, limits[beyond], data);
}

/** @throws EventLimitError when the fields besides data have more bytes */
function demandBytes(fields: EntryFields, data: string, most: number): void {
  let bytes = -Buffer.byteLength(data);
  for (const field of fields) bytes += Buffer.byteLength(field);
  if (bytes <= most) return;
  throw new EventLimitError('consumer.maxBytes', most, 'bytes of all fields besides data', String(bytes));
}

function beyondLimit(name: keyof PayloadLimits, limit: number, data: string): EventLimitError {
  const option = `consumer.${name}`;
  if (name === 'maxBytes') return new EventLimitError(option, limit, 'bytes of data', String(Buffer.byteLength(data)));
  return new EventLimitError(option, limit, WHAT[name], `at least ${String(limit + 1)}`);
}

const WHAT = {
  maxDepth: 'objects and arrays within each other in data',
  maxProperties: 'properties of all objects of data together',
  maxItems: 'items of all arrays of data together',
};
