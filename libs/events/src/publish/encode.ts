import type { EventEnvelope } from '../envelope/event-envelope.js';
import { toJson, type PayloadLimits } from './payload.js';

/**
 * An envelope as the fields of a stream entry: the reverse of decoding.
 *
 * @throws EventPayloadError when the payload is larger than it may be
 */
export function encode(envelope: EventEnvelope<object>, limits: PayloadLimits): string[] {
  const { extra, ...attributes } = envelope;
  const fields: string[] = [];
  for (const [field, value] of Object.entries({ ...attributes, ...extra }) as [string, unknown][]) {
    if (value !== undefined)
      fields.push(field, field === 'data' ? toJson(envelope.event_type, envelope.data, limits) : (value as string));
  }
  return fields;
}
