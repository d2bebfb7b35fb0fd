import { OPTIONAL_FIELDS, type EventEnvelope } from '../envelope/event-envelope.js';
import { toJson, type PayloadLimits } from './payload.js';

/** The fields of a stream entry. */
export interface EncodedFields {
  /** The same array for envelopes that have the same fields. */
  names: readonly string[];
  values: readonly string[];
}

const REQUIRED = ['event_id', 'event_type', 'timestamp', 'version', 'source', 'data'];

/** By which of the optional fields an envelope has, a bit each. */
const layouts = new Map<number, readonly string[]>();

/**
 * An envelope as the fields of a stream entry: the reverse of decoding.
 *
 * @throws EventPayloadError when the payload is larger than it may be
 */
export function encode(envelope: EventEnvelope<object>, limits: PayloadLimits): EncodedFields {
  const { event_id, event_type, timestamp, version, source, data, extra } = envelope;
  const values = [event_id, event_type, timestamp, version, source, toJson(event_type, data, limits)];
  let optional = 0;
  for (let index = 0; index < OPTIONAL_FIELDS.length; index += 1) {
    const value = envelope[OPTIONAL_FIELDS[index] as (typeof OPTIONAL_FIELDS)[number]];
    if (value === undefined) continue;
    values.push(value);
    optional |= 1 << index;
  }
  const names = layoutOf(optional);
  if (!extra) return { names, values };
  const more = Object.entries(extra);
  return { names: [...names, ...more.map(([name]) => name)], values: [...values, ...more.map(([, value]) => value)] };
}

function layoutOf(optional: number): readonly string[] {
  let layout = layouts.get(optional);
  if (!layout) {
    layout = [...REQUIRED, ...OPTIONAL_FIELDS.filter((_, index) => (optional & (1 << index)) !== 0)];
    layouts.set(optional, layout);
  }
  return layout;
}
