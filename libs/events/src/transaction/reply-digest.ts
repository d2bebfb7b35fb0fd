import { createHash } from 'node:crypto';

/**
 * The SHA-1 of a Redis reply, as `settle.lua` computes it from the same command's reply: equal exactly when the replies
 * are. Hashes and sets have no order, so theirs are sorted.
 */
export function replyDigest(command: string, reply: unknown): string {
  return createHash('sha1').update(flatten(reply, UNORDERED[command])).digest('hex');
}

/** How many items of a flat reply belong together, for the commands whose replies have no order. */
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
