import { OPTIONAL_FIELDS, REQUIRED_FIELDS, type EventEnvelope } from '../model/event-envelope.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { layoutOf, type LaidOut, type Layout } from '../stream/entries/layouts.js';
import { toJson } from '../model/payload-json.js';

/** A layout of envelopes, and what these have in common. */
interface EnvelopeLayout extends Layout {
  version: string;
  source: string;
  /** Which of the optional fields they have, a bit each. */
  optional: number;
}

/** Where {@link encode} has the payload among the values. */
export const DATA_PLACE = 2;

/** By event type; an application publishes few. */
const layouts = new Map<string, EnvelopeLayout[]>();

/**
 * An envelope as the fields of a stream entry: the reverse of decoding.
 *
 * @param json the payload as JSON, where it came as that
 * @throws EventPayloadError when the payload is larger than it may be
 */
export function encode(envelope: EventEnvelope<object>, limits: PayloadLimits, json?: string): LaidOut {
  const { event_id, event_type, timestamp, version, source, data, extra } = envelope;
  // Made with its full length: an array that grows is copied into one with spare room.
  const values = new Array<string>(3 + OPTIONAL_FIELDS.length);
  values[0] = event_id;
  values[1] = timestamp;
  values[DATA_PLACE] = json ?? toJson(event_type, data, limits);
  let length = 3;
  let optional = 0;
  for (let index = 0; index < OPTIONAL_FIELDS.length; index += 1) {
    const value = envelope[OPTIONAL_FIELDS[index] as (typeof OPTIONAL_FIELDS)[number]];
    if (value === undefined) continue;
    values[length] = value;
    length += 1;
    optional |= 1 << index;
  }
  values.length = length;
  const layout = layoutOfEnvelopes(event_type, version, source, optional);
  if (!extra) return { layout, values };
  const more = layoutOf(Object.keys(extra));
  return {
    layout: { names: [...layout.names, ...more.names], fixed: [...layout.fixed, ...more.fixed] },
    values: [...values, ...Object.values(extra)],
  };
}

function layoutOfEnvelopes(type: string, version: string, source: string, optional: number): Layout {
  let own = layouts.get(type);
  if (!own) layouts.set(type, (own = []));
  for (const one of own) {
    if (one.optional === optional && one.version === version && one.source === source) return one;
  }
  const names = [...REQUIRED_FIELDS, ...OPTIONAL_FIELDS.filter((_, index) => (optional & (1 << index)) !== 0)];
  const known: Readonly<Record<string, string>> = { event_type: type, version, source };
  const layout = { names, fixed: names.map((name) => known[name] ?? ''), version, source, optional };
  own.push(layout);
  return layout;
}
