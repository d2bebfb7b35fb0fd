import { hash } from 'node:crypto';

/** A text shorter than this is sent as it is: its digest would be about as long. */
const SHORT = 64;

/**
 * A text that stands for a Redis reply, or its SHA-1 where the text is long: two are equal exactly when the replies are. `settle.lua` makes
 * the same of the reply at the commit. Hashes and sets have no order, so their replies are sorted.
 */
export function replyDigest(command: string, reply: unknown): string {
  const step = UNORDERED[command];
  const text = step === undefined ? flattenText(reply) : undefined;
  if (text !== undefined && text.length < SHORT) return text;
  return hash('sha1', text ?? flatten(reply, step), 'hex');
}

/** Replaces bytes that are no UTF-8 when they are read as text. */
const NO_TEXT = '\ufffd';

/** The text of a reply that is all UTF-8, as most are; undefined for another one. */
function flattenText(reply: unknown): string | undefined {
  if (reply === null || reply === undefined) return '-';
  if (typeof reply === 'string') return `$${String(Buffer.byteLength(reply))}:${reply}`;
  if (Buffer.isBuffer(reply)) {
    const text = reply.toString();
    return text.includes(NO_TEXT) ? undefined : `$${String(reply.length)}:${text}`;
  }
  if (!Array.isArray(reply)) return undefined;
  let text = `*${String(reply.length)}:`;
  for (const item of reply) {
    const part = flattenText(item);
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

/** For commands whose replies have no order: how many items belong together. */
const UNORDERED: Record<string, 1 | 2 | undefined> = { HGETALL: 2, SMEMBERS: 1 };

function flatten(reply: unknown, step?: 1 | 2): Buffer {
  if (reply === null || reply === undefined) return Buffer.from('-');
  if (!Array.isArray(reply)) {
    const bytes = Buffer.isBuffer(reply) ? reply : Buffer.from(String(reply as string | number));
    return Buffer.concat([Buffer.from(`$${String(bytes.length)}:`), bytes]);
  }
  const items = reply.map((item) => flatten(item));
  const parts = step === 2 ? pairs(items) : items;
  if (step) parts.sort((a, b) => Buffer.compare(a, b));
  return Buffer.concat([Buffer.from(`*${String(reply.length)}:`), ...parts]);
}

function pairs(items: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  for (let index = 0; index < items.length; index += 2) joined.push(Buffer.concat(items.slice(index, index + 2)));
  return joined;
}
