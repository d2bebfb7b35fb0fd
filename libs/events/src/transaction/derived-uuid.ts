import { hash } from 'node:crypto';

/** Our namespace for name-based UUIDs (RFC 9562, section 5.5); any constant UUID would do. */
const NAMESPACE = Buffer.from('5f0f6a4e8a3c4f5e9d0b6a1f3f1e7c55', 'hex');
const LONGEST_NAME = 1024;
const bytes = Buffer.alloc(NAMESPACE.length + LONGEST_NAME);
NAMESPACE.copy(bytes);

/**
 * A UUID for something that a handler makes of an event: the same each time the handler runs for it. Version 5, as a
 * library would make it, in a fifth of the time: a transaction needs one for each event that it publishes.
 */
export function derivedUuid(causeEventId: string, handler: string, name: string): string {
  const text = `${causeEventId}|${handler}|${name}`;
  const named = text.length * 3 > LONGEST_NAME ? Buffer.concat([NAMESPACE, Buffer.from(text)]) : namedBytes(text);
  const digest = hash('sha1', named, 'binary');
  let place = 0;
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) place += 1; // a hyphen stands there
    let byte = digest.charCodeAt(index);
    if (index === 6) byte = 0x50 | (byte & 0x0f); // version 5
    if (index === 8) byte = 0x80 | (byte & 0x3f); // variant 10
    uuid[place] = HEX[byte >> 4] as number;
    uuid[place + 1] = HEX[byte & 0x0f] as number;
    place += 2;
  }
  return uuid.toString('latin1');
}

/** Views of the same bytes, by their length: to make one takes longer than to write what it shows. */
const views: (Buffer | undefined)[] = [];

function namedBytes(text: string): Buffer {
  const length = NAMESPACE.length + bytes.write(text, NAMESPACE.length);
  return (views[length] ??= bytes.subarray(0, length));
}

/** Written byte by byte: put together of pieces of text, it would be most of a transaction's garbage. */
const uuid = Buffer.alloc(36, '-');
const HEX = Buffer.from('0123456789abcdef');
