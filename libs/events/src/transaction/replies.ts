import { chunks } from './effects.js';

/** A reply with its bytes read as text. */
export function asText(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(asText);
  return Buffer.isBuffer(reply) ? reply.toString() : reply;
}

/** What a method of a transaction returns: its command's reply, as {@link asText} gives it. */
export function asIs(reply: unknown): unknown {
  return reply;
}

export function isOne(reply: unknown): boolean {
  return reply === 1;
}

export function scoreOf(reply: unknown): number | null {
  return reply === null ? null : Number(reply);
}

export function fieldsOf(reply: unknown): Record<string, string> {
  // Not by assignment: a field may be called "__proto__".
  return Object.fromEntries(chunks(reply as string[], 2)) as Record<string, string>;
}
