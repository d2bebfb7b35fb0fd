import { v5 } from 'uuid';

/** Our namespace for name-based UUIDs (RFC 9562, section 5.5); any constant UUID would do. */
const NAMESPACE = '5f0f6a4e-8a3c-4f5e-9d0b-6a1f3f1e7c55';

/** A UUID for something that a handler makes of an event: the same each time the handler runs for it. */
export function derivedUuid(causeEventId: string, handler: string, name: string): string {
  return v5(`${causeEventId}|${handler}|${name}`, NAMESPACE);
}
