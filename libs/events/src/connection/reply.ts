import { UnexpectedReplyError } from '../model/errors/redis.js';

/**
 * What Redis replies to a command, as in version 2 of its protocol. An error inside of a list is what Redis refused of it alone.
 *
 * @typeParam Text what text is: a `string`, or its bytes
 */
export type Reply<Text extends string | Buffer = string> = Text | number | null | Error | readonly Reply<Text>[];

/**
 * A reply that has to be a number.
 *
 * @param command what it is the reply to, for the error
 * @throws the reply where it is an error; UnexpectedReplyError when it is anything else
 */
export function asNumber(reply: unknown, command: string): number {
  return typeof reply === 'number' ? reply : refuse(reply, command, 'a number');
}

/** A reply that has to be text. @throws as {@link asNumber} */
export function asText(reply: unknown, command: string): string {
  return typeof reply === 'string' ? reply : refuse(reply, command, 'a text');
}

/** A reply that has to be text, or null for what is not there. @throws as {@link asNumber} */
export function asTextOrNull(reply: unknown, command: string): string | null {
  return typeof reply === 'string' || reply === null ? reply : refuse(reply, command, 'a text or null');
}

/** A reply that has to be bytes. @throws as {@link asNumber} */
export function asBytes(reply: unknown, command: string): Buffer {
  return Buffer.isBuffer(reply) ? reply : refuse(reply, command, 'bytes');
}

/** A reply that has to be a list. @throws as {@link asNumber} */
export function asList(reply: unknown, command: string): readonly unknown[] {
  return Array.isArray(reply) ? reply : refuse(reply, command, 'a list');
}

/** A reply that has to be a list of texts. @throws as {@link asNumber} */
export function asTexts(reply: unknown, command: string): string[] {
  return asList(reply, command).map((text) => asText(text, command));
}

/** A reply that has to be a list of texts, null for each that is not there. @throws as {@link asNumber} */
export function asTextsOrNulls(reply: unknown, command: string): (string | null)[] {
  return asList(reply, command).map((text) => asTextOrNull(text, command));
}

/** A reply of fields and values in turn (`HGETALL`). @throws as {@link asNumber} */
export function asFields(reply: unknown, command: string): Record<string, string> {
  const texts = asTexts(reply, command);
  const fields: [string, string][] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) fields.push([texts[at] as string, texts[at + 1] as string]);
  return Object.fromEntries(fields);
}

function refuse(reply: unknown, command: string, expected: string): never {
  throw reply instanceof Error ? reply : new UnexpectedReplyError(command, expected, shownKind(reply));
}

/** What a reply is, and never what it says: that may be anybody's data. */
function shownKind(reply: unknown): string {
  if (reply === null) return 'null';
  if (Array.isArray(reply)) return `a list of ${String(reply.length)}`;
  if (Buffer.isBuffer(reply)) return 'bytes';
  if (reply === undefined) return 'nothing';
  return typeof reply === 'string' ? 'a text' : `a ${typeof reply}`;
}
