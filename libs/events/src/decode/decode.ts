import { dangerousKey } from '../envelope/dangerous-keys.js';
import { OPTIONAL_FIELDS, REQUIRED_FIELDS, type EventEnvelope } from '../envelope/event-envelope.js';
import { EventDecodeError } from '../errors.js';
import { fieldOf } from '../stream/pairs.js';

/** A stream entry as Redis gives it: field, value, field, value, … */
export type EntryFields = readonly string[];

const FIELDS = [...REQUIRED_FIELDS, ...OPTIONAL_FIELDS] as const;
/** Where the value of a field that we know is kept while an entry is decoded. */
const PLACES = new Map<string, number>(FIELDS.map((field, place) => [field, place]));
const DATA = FIELDS.indexOf('data');

/** Scripts compare ids byte by byte, and other bytes would not be the same after they were read as text. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * A stream entry as an envelope; what the payload must look like is not checked here.
 *
 * @throws EventDecodeError that names the field and what it must be
 */
export function decode(fields: EntryFields): EventEnvelope {
  const values = new Array<string | undefined>(FIELDS.length).fill(undefined);
  let extra: [string, string][] | undefined;
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const field = fields[index] as string;
    const value = fields[index + 1] as string;
    const place = PLACES.get(field);
    if (place === undefined) (extra ??= []).push([field, value]);
    else if (values[place] === undefined) values[place] = value;
    else throw new EventDecodeError(`Expected the field ${field} once, got it twice`);
  }
  for (let place = 0; place < REQUIRED_FIELDS.length; place += 1) if (!values[place]) throw missing(values);
  // In the order of FIELDS.
  const [event_id, event_type, timestamp, version, source] = values as Five;
  if (!VISIBLE_ASCII.test(event_id)) {
    throw new EventDecodeError(
      `Expected event_id as a UUID, or at least visible ASCII, got ${JSON.stringify(event_id.slice(0, 40))}`,
    );
  }
  const data = parse(values[DATA] as string);
  const envelope: EventEnvelope = { event_id, event_type, timestamp, version, source, data };
  for (let index = 0; index < OPTIONAL_FIELDS.length; index += 1) {
    const value = values[REQUIRED_FIELDS.length + index];
    if (value !== undefined) envelope[OPTIONAL_FIELDS[index] as (typeof OPTIONAL_FIELDS)[number]] = value;
  }
  if (extra) envelope.extra = Object.fromEntries(extra);
  return envelope;
}

type Five = [string, string, string, string, string];

function missing(values: readonly (string | undefined)[]): EventDecodeError {
  const names = REQUIRED_FIELDS.filter((_, place) => !values[place]);
  return new EventDecodeError(`Expected the fields ${REQUIRED_FIELDS.join(', ')}; ${names.join(', ')} missing`);
}

/**
 * The same for an entry that is to be handled: what reads it next may copy its properties.
 *
 * @throws EventDecodeError, also when a property would change a prototype
 */
export function decodeToHandle(fields: EntryFields): EventEnvelope {
  const envelope = decode(fields);
  const json = fieldOf(fields, 'data') ?? '';
  const dangerous = dangerousKey(envelope.data, json);
  if (dangerous === undefined) return envelope;
  throw new EventDecodeError(`Expected data without a property called ${dangerous}`);
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EventDecodeError(`Expected data to be JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new EventDecodeError(`Expected data to be a JSON object, got ${text.slice(0, 40)}`);
}
