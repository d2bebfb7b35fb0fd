import { hash } from 'node:crypto';

/**
 * Our namespace for name-based UUIDs (RFC 9562, section 5.5); any constant would do. Its bytes are ASCII, so that what is
 * hashed is one text: to put bytes together first would take as long as to hash them.
 */
export const NAMESPACE = 'nestjs-event-str';

/**
 * A UUID for something that a handler makes of an event: the same each time the handler runs for it. Version 5, as a
 * library would make it, in a fifth of the time: a transaction needs one for each event that it publishes.
 */
export function derivedUuid(causeEventId: string, handler: string, name: string): string {
  const digest = hash('sha1', `${NAMESPACE}${causeEventId}|${handler}|${name}`, 'binary');
  for (let index = 0; index < 16; index += 1) {
    const byte = digest.charCodeAt(index);
    const place = PLACES[index] as number;
    uuid[place] = HEX[byte >> 4] as number;
    uuid[place + 1] = HEX[byte & 0x0f] as number;
  }
  uuid[14] = HEX[5] as number; // version 5
  uuid[19] = HEX[8 | ((digest.charCodeAt(8) >> 4) & 3)] as number; // variant 10
  return uuid.toString('latin1');
}

/** Written byte by byte: put together of pieces of text, it would be most of a transaction's garbage. */
const uuid = Buffer.alloc(36, '-');
const HEX = Buffer.from('0123456789abcdef');
/** Where each byte stands, hyphens in between. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
