import { dangerousKey } from '../json/dangerous-keys.js';
import { infiniteNumber, unsafeInteger } from '../json/losses.js';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from '../model/payload-limits.js';
import { OPTIONAL_FIELDS, REQUIRED_FIELDS, type EventEnvelope } from '../model/event-envelope.js';
import { fieldOf, ID, shown } from '../model/fields.js';
import { EventDecodeError } from '../model/errors/event.js';
import { bounded } from '../log/safe-text.js';
import { demandWithin, type EntryFields } from './entry-limits.js';

const FIELDS = [...REQUIRED_FIELDS, ...OPTIONAL_FIELDS] as const;
type Field = (typeof FIELDS)[number];

/** The names of an entry's fields and the places of their values. Most entries of a stream have one shape. */
interface Shape {
  names: readonly string[];
  places: Readonly<Record<Field, number>>;
  optional: readonly (readonly [name: (typeof OPTIONAL_FIELDS)[number], place: number])[];
  extra: readonly (readonly [name: string, place: number])[];
}

/** The last shape of each number of fields: entries with other fields mostly have another number of them. */
const shapes: Shape[] = [];
const MAX_REMEMBERED_LENGTH = 64;
/** Characters of all names of a shape that is remembered: a stranger could send long names. */
const MAX_NAMES_REMEMBERED_LENGTH = 4096;

/** Characters of a path in a message. */
const MAX_PATH_LENGTH = 200;

/**
 * A stream entry as an envelope. The payload is not validated here.
 *
 * @throws EventDecodeError that names the field and what it must be
 */
export function decode(fields: EntryFields): EventEnvelope {
  return envelopeOf(fields, parse);
}

/**
 * The same for an entry that is to be handled, with checks that make its payload safe to copy and exact.
 *
 * @param roundsIntegers whether integers beyond ±(2^53 - 1) are rounded instead of rejected
 * @param limits of the entry's size, which are checked first of all
 * @throws EventDecodeError, also when a property would change a prototype, or an integer would be rounded
 * @throws EventLimitError when it is beyond a limit
 */
export function decodeToHandle(
  fields: EntryFields,
  roundsIntegers = false,
  limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
): EventEnvelope {
  demandWithin(fields, limits);
  return envelopeOf(fields, roundsIntegers ? parseRounded : parseToHandle);
}

/**
 * Rejects a payload with a number that is too large for JavaScript, such as `1e400`, which becomes Infinity. To search each text for it
 * would cost more than to parse it, so it is searched only after validation has failed, or where a schema may accept Infinity.
 *
 * @throws EventDecodeError that names it
 */
export function refuseInfinite(fields: EntryFields): void {
  const infinite = infiniteNumber(fieldOf(fields, 'data') ?? '');
  if (infinite === undefined) return;
  throw new EventDecodeError(
    `Expected numbers of data within ±${String(Number.MAX_VALUE)}, got ${infinite.digits.slice(0, 40)} as ${bounded(infinite.path, MAX_PATH_LENGTH)}: ` +
      `it would be Infinity. Send it as a string, or set consumer.unsafeIntegers to "round"`,
  );
}

function envelopeOf(fields: EntryFields, parse: (json: string) => Record<string, unknown>): EventEnvelope {
  const { places, optional, extra } = knownShapeOf(fields);
  const event_id = fields[places.event_id];
  const event_type = fields[places.event_type];
  const timestamp = fields[places.timestamp];
  const version = fields[places.version];
  const source = fields[places.source];
  const json = fields[places.data];
  if (!event_id || !event_type || !timestamp || !version || !source || !json) throw missing(fields);
  if (!ID.holds(event_id)) throw new EventDecodeError(`Expected event_id as ${ID.expected}, got ${shown(event_id)}`);
  const data = parse(json);
  const envelope: EventEnvelope = { event_id, event_type, timestamp, version, source, data };
  for (const [name, place] of optional) envelope[name] = fields[place] as string;
  if (extra.length > 0) {
    envelope.extra = Object.fromEntries(extra.map(([name, place]) => [name, fields[place] as string]));
  }
  return envelope;
}

function knownShapeOf(fields: EntryFields): Shape {
  const { length } = fields;
  const known = shapes[length];
  if (known && hasNames(fields, known.names)) return known;
  const shape = shapeOf(fields);
  if (length <= MAX_REMEMBERED_LENGTH && lengthOf(shape.names) <= MAX_NAMES_REMEMBERED_LENGTH) shapes[length] = shape;
  return shape;
}

function lengthOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + name.length, 0);
}

function hasNames(fields: EntryFields, names: readonly string[]): boolean {
  for (let index = 0; index < names.length; index += 1) if (fields[2 * index] !== names[index]) return false;
  return true;
}

/** @throws EventDecodeError when a field of the envelope is there twice, or a required one is missing */
function shapeOf(fields: EntryFields): Shape {
  const names: string[] = [];
  const known = new Map<string, number>();
  const extra: [string, number][] = [];
  for (let place = 1; place < fields.length; place += 2) {
    const name = fields[place - 1] as string;
    names.push(name);
    if (!(FIELDS as readonly string[]).includes(name)) extra.push([name, place]);
    else if (known.has(name)) throw new EventDecodeError(`Expected the field ${name} once, got it twice`);
    else known.set(name, place);
  }
  if (REQUIRED_FIELDS.some((name) => !known.has(name))) throw missing(fields);
  const places = {} as Record<Field, number>;
  for (const [name, place] of known) places[name as Field] = place;
  return {
    names,
    places,
    optional: OPTIONAL_FIELDS.flatMap((name) => {
      const place = known.get(name);
      return place === undefined ? [] : [[name, place] as const];
    }),
    extra,
  };
}

function missing(fields: EntryFields): EventDecodeError {
  const names = REQUIRED_FIELDS.filter((name) => !fieldOf(fields, name));
  return new EventDecodeError(`Expected the fields ${REQUIRED_FIELDS.join(', ')}; ${names.join(', ')} missing`);
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EventDecodeError(`Expected data to be JSON: ${faultOf(cause as Error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new EventDecodeError(`Expected data to be a JSON object, got ${kindOf(value)}`);
}

/**
 * The message of `JSON.parse` without the piece of the text that it quotes: that may be personal data, and messages go into logs and
 * traces. The dead letter has the whole text.
 */
function faultOf({ message }: Error): string {
  return message.replace(/,? ?(\.\.\.)?"[^]*$/, '') || 'it is none';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/** A JSON object that is to be handled. @throws EventDecodeError as {@link decodeToHandle} */
export function parseToHandle(json: string): Record<string, unknown> {
  const data = parseRounded(json);
  const unsafe = unsafeInteger(json);
  if (unsafe === undefined) return data;
  throw new EventDecodeError(
    `Expected integers of data within ±${String(Number.MAX_SAFE_INTEGER)}, got ${unsafe.digits.slice(0, 40)} as ${bounded(unsafe.path, MAX_PATH_LENGTH)}: ` +
      `it would be rounded. Send it as a string, or set consumer.unsafeIntegers to "round"`,
  );
}

/** The same, with integers beyond ±(2^53 - 1) rounded. @throws EventDecodeError as {@link decodeToHandle} */
export function parseRounded(json: string): Record<string, unknown> {
  const data = parse(json);
  const dangerous = dangerousKey(data, json);
  if (dangerous === undefined) return data;
  throw new EventDecodeError(`Expected data without a property called ${bounded(dangerous, MAX_PATH_LENGTH)}`);
}
