import type { EventEnvelope } from '../envelope/event-envelope.js';

/** An envelope as the fields of a stream entry: the reverse of decoding. */
export function encode(envelope: EventEnvelope<object>): string[] {
  const { extra, ...attributes } = envelope;
  const fields: string[] = [];
  for (const [field, value] of Object.entries({ ...attributes, ...extra }) as [string, unknown][]) {
    if (value !== undefined) fields.push(field, field === 'data' ? JSON.stringify(value) : (value as string));
  }
  return fields;
}
