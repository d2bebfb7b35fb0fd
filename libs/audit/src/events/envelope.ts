import { isUtf8 } from 'node:buffer';
import { readPayload } from './payload.js';
import type { Data } from './shape.js';

/** The parts of an event that the audit needs. */
export interface Event {
  eventId: string;
  type: string;
  version: string;
  source: string;
  data: Data;
  /** The text of `data`. */
  json: string;
}

/** Why an entry is not a valid event. */
export interface InvalidEntry {
  why: string;
}

/** Fields that every entry must have. */
const REQUIRED = ['event_id', 'event_type', 'timestamp', 'version', 'source', 'data'] as const;
/** Fields that an entry may have. Readers keep others, which have no meaning. */
const OPTIONAL = ['correlation_id', 'causation_id', 'partition_key', 'traceparent', 'tracestate'] as const;
const KNOWN: ReadonlySet<string> = new Set([...REQUIRED, ...OPTIONAL]);

/** The limits of the library's README: fields, characters of an attribute, and bytes without the payload. */
const MAX_FIELDS = 10_000 + KNOWN.size;
const MAX_ATTRIBUTE_LENGTH = 4096;
const MAX_BYTES = 2 ** 20;
const MAX_ID_LENGTH = 256;

/**
 * Reads an entry by the rules of the design and of the library's README. The audit does not use the library's decoder, because it
 * could not find the errors of a decoder that it uses itself.
 *
 * @param bytes the fields, if they are not UTF-8
 */
export function readEvent(fields: readonly string[], bytes?: readonly Buffer[]): Event | InvalidEntry {
  if (bytes) return { why: whyNotUtf8(fields, bytes) };
  const values = new Map<string, string>();
  let others = 0;
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [name = '', value = ''] = [fields[index], fields[index + 1]];
    if (!KNOWN.has(name)) others += name.length + value.length;
    else if (values.has(name)) return { why: `Expected the field ${name} once, got it several times` };
    else values.set(name, value);
    if (name === 'data' || !KNOWN.has(name)) continue;
    if (value.length > MAX_ATTRIBUTE_LENGTH) {
      return {
        why: `Expected ${name} of at most ${String(MAX_ATTRIBUTE_LENGTH)} characters, got ${String(value.length)}`,
      };
    }
  }
  const missing = REQUIRED.filter((name) => !values.get(name));
  if (missing.length > 0) return { why: `Expected the fields ${REQUIRED.join(', ')}; ${missing.join(', ')} missing` };
  const [eventId = '', type = '', , version = '', source = '', json = ''] = REQUIRED.map((name) => values.get(name));
  if (!isId(eventId)) return { why: 'Expected event_id as a UUID, or other visible ASCII of at most 256 characters' };
  const large = whyTooLarge(fields, json, others);
  if (large !== undefined) return { why: large };
  const payload = readPayload(json);
  return 'why' in payload ? payload : { eventId, type, version, source, data: payload.data, json };
}

/** Whether a text is a valid `event_id`, or a valid id of the subject of personal data. */
export function isId(value: string): boolean {
  return value.length <= MAX_ID_LENGTH && /^[\x21-\x7e]+$/.test(value);
}

/** The value of a field; '' if the entry does not have it. */
export function fieldOf(fields: readonly string[], name: string): string {
  for (let index = 0; index + 1 < fields.length; index += 2) if (fields[index] === name) return fields[index + 1] ?? '';
  return '';
}

/** @param others the characters of fields outside the envelope: the bytes are counted only if these are many */
function whyTooLarge(fields: readonly string[], json: string, others: number): string | undefined {
  const count = fields.length / 2;
  if (count > MAX_FIELDS) return `Expected at most ${String(MAX_FIELDS)} fields, got ${String(count)}`;
  if (others < MAX_BYTES / 4) return undefined;
  const bytes = fields.reduce((sum, field) => sum + Buffer.byteLength(field), 0) - Buffer.byteLength(json);
  if (bytes <= MAX_BYTES) return undefined;
  return `Expected at most ${String(MAX_BYTES)} bytes beside data, got ${String(bytes)}`;
}

function whyNotUtf8(fields: readonly string[], bytes: readonly Buffer[]): string {
  const index = bytes.findIndex((field) => !isUtf8(field));
  if (index % 2 === 0) return 'Expected the names of fields as UTF-8';
  return `Expected ${fields[index - 1] ?? ''} as UTF-8`;
}
