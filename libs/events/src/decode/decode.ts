import { dangerousKey } from '../envelope/dangerous-keys.js';
import { OPTIONAL_FIELDS, REQUIRED_FIELDS, type EventEnvelope } from '../envelope/event-envelope.js';
import { EventDecodeError } from '../errors.js';
import { fieldOf, pairs } from '../stream/pairs.js';

/** A stream entry as Redis gives it: field, value, field, value, … */
export type EntryFields = readonly string[];

const KNOWN = new Set<string>([...REQUIRED_FIELDS, ...OPTIONAL_FIELDS]);

/** Scripts compare ids byte by byte, and other bytes would not be the same after they were read as text. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * A stream entry as an envelope; what the payload must look like is not checked here.
 *
 * @throws EventDecodeError that names the field and what it must be
 */
export function decode(fields: EntryFields): EventEnvelope {
  const entry = new Map<string, string>();
  for (const [field, value] of pairs(fields)) {
    if (entry.has(field) && KNOWN.has(field))
      throw new EventDecodeError(`Expected the field ${field} once, got it twice`);
    entry.set(field, value);
  }

  const missing = REQUIRED_FIELDS.filter((field) => !entry.get(field));
  if (missing.length > 0) {
    throw new EventDecodeError(`Expected the fields ${REQUIRED_FIELDS.join(', ')}; ${missing.join(', ')} missing`);
  }
  const eventId = entry.get('event_id') ?? '';
  if (!VISIBLE_ASCII.test(eventId)) {
    throw new EventDecodeError(
      `Expected event_id as a UUID, or at least visible ASCII, got ${JSON.stringify(eventId.slice(0, 40))}`,
    );
  }
  const envelope: EventEnvelope = {
    event_id: eventId,
    event_type: entry.get('event_type') ?? '',
    timestamp: entry.get('timestamp') ?? '',
    version: entry.get('version') ?? '',
    source: entry.get('source') ?? '',
    data: parse(entry.get('data') ?? ''),
  };
  for (const field of OPTIONAL_FIELDS) {
    const value = entry.get(field);
    if (value !== undefined) envelope[field] = value;
  }
  const extra = [...entry].filter(([field]) => !KNOWN.has(field));
  return extra.length === 0 ? envelope : { ...envelope, extra: Object.fromEntries(extra) };
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
