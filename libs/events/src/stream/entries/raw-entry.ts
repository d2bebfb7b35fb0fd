import { isUtf8 } from 'node:buffer';
import { asBytes, asList } from '../../connection/reply.js';
import { EventDecodeError } from '../../model/errors/event.js';
import { fieldOf } from '../../model/fields.js';
import type { StreamEntry } from './stream-entry.js';

/** An entry as Redis replies it; without fields when it is no longer in the stream. */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[] | null];

/** Checks that a part of a reply is an entry, and maybe more. @throws UnexpectedReplyError */
export function asRawEntry(reply: unknown, command: string): RawEntry {
  const [id, fields] = asList(reply, command);
  return [asBytes(id, command), fields === null ? null : asFieldBytes(fields, command)];
}

function asFieldBytes(reply: unknown, command: string): readonly Buffer[] {
  const fields = asList(reply, command);
  for (const field of fields) asBytes(field, command);
  return fields as readonly Buffer[];
}

/** What a decoder makes of bytes that are no UTF-8; it may as well be in the text. */
const REPLACEMENT = '\ufffd';

/**
 * A worker makes text of entries of so many bytes at most: whether a larger one is within its limits it knows from the bytes, which
 * take no room of its heap.
 */
export const MAX_TEXT_LENGTH = 2 ** 24;

/** Of a field that is not made text, so many characters are shown. */
const MAX_BEGINNING_LENGTH = 200;

/**
 * A reply's entry as text; and as bytes, too, where that text is not what they say.
 *
 * @param longest how many bytes are made text; of a larger entry it is only the beginning of each field
 */
export function entryOf([id, fields]: RawEntry, longest = Infinity): StreamEntry {
  if (!fields) return { id: id.toString('latin1'), fields };
  if (sizeOf(fields) > longest) return withBytes(id.toString('latin1'), fields);
  const texts = new Array<string>(fields.length);
  for (let index = 0; index < fields.length; index += 1) {
    const bytes = fields[index] as Buffer;
    const text = bytes.toString();
    if (text.includes(REPLACEMENT) && !isUtf8(bytes)) return withBytes(id.toString('latin1'), fields);
    texts[index] = text;
  }
  return { id: id.toString('latin1'), fields: texts };
}

/** How many bytes an entry's fields have. */
export function sizeOf(fields: readonly Buffer[]): number {
  let size = 0;
  for (const { length } of fields) size += length;
  return size;
}

/** An entry with a field that is not UTF-8, or one that is too large to be made text. */
export function withBytes(id: string, fields: readonly Buffer[]): StreamEntry {
  // A copy: a reply is one large piece of memory, which must not live on for a few bytes of it.
  const bytes = fields.map((field) => Buffer.from(field));
  const isLarge = sizeOf(bytes) > MAX_TEXT_LENGTH;
  return { id, fields: bytes.map((field) => (isLarge ? beginningOf(field) : shownField(field))), bytes };
}

function shownField(field: Buffer): string {
  return isUtf8(field) ? field.toString() : escaped(field);
}

function beginningOf(field: Buffer): string {
  if (field.length <= MAX_BEGINNING_LENGTH) return shownField(field);
  return `${escaped(field.subarray(0, MAX_BEGINNING_LENGTH))}… (${String(field.length)} bytes)`;
}

/** The fields of an entry as text. @throws EventDecodeError when one of them is not UTF-8 */
export function textsOf(bytes: readonly Buffer[]): string[] {
  if (!bytes.every((field) => isUtf8(field))) throw notUtf8Error(bytes);
  return bytes.map((field) => field.toString());
}

/** The value of a field, the last one where it is there several times; undefined also where it is not UTF-8. */
export function fieldText({ fields, bytes }: StreamEntry, name: string): string | undefined {
  if (!bytes) return fieldOf(fields ?? [], name);
  for (let index = bytes.length - 2; index >= 0; index -= 2) {
    if (fields?.[index] !== name || !isUtf8(bytes[index] as Buffer)) continue;
    return isUtf8(bytes[index + 1] as Buffer) ? fields[index + 1] : undefined;
  }
  return undefined;
}

/** Why nobody can read an entry that is not UTF-8. */
export function notUtf8Error(bytes: readonly Buffer[]): EventDecodeError {
  const index = bytes.findIndex((field) => !isUtf8(field));
  const name = bytes[index - (index % 2)] ?? Buffer.alloc(0);
  const shown = (isUtf8(name) ? name.toString() : escaped(name)).slice(0, MAX_NAME_LENGTH);
  if (index % 2 === 0) return new EventDecodeError(`Expected the names of fields as UTF-8, got ${shown}`);
  const at = firstWrongByte(bytes[index] as Buffer);
  return new EventDecodeError(`Expected ${shown} as UTF-8, got ${hex(bytes[index]?.[at] ?? 0)} at byte ${String(at)}`);
}

/** So many bytes of a text at most, not in the middle of a character of UTF-8. */
export function upTo(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  let end = most;
  for (let back = 0; back < 3 && ((bytes[end] as number) & 0xc0) === 0x80; back += 1) end -= 1;
  return bytes.subarray(0, end);
}

const MAX_NAME_LENGTH = 100;

const BACKSLASH = 92;

/** Bytes as text: those that are no UTF-8 as `\\xff`, and a backslash as `\\\\`, so that no two look the same. */
function escaped(bytes: Buffer): string {
  // Byte by byte: whoever sends such bytes may send many, and a text for each run of them would take ten times as long.
  const text = Buffer.allocUnsafe(4 * bytes.length);
  let end = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] as number;
    const length = characterAt(bytes, at);
    if (length === 0) {
      end += text.write(hex(byte), end, 'latin1');
    } else {
      if (byte === BACKSLASH) text[end++] = BACKSLASH;
      end += bytes.copy(text, end, at, at + length);
    }
    at += Math.max(1, length);
  }
  return text.toString('utf8', 0, end);
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** The place of the first byte that begins no character; the length where there is none. */
function firstWrongByte(bytes: Buffer): number {
  for (let at = 0; at < bytes.length;) {
    const length = characterAt(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return bytes.length;
}

/** How many bytes the character has that begins here; 0 when none does. See the Unicode standard, table 3-7. */
function characterAt(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1] ?? 0;
  if (second < lowest || second > highest) return 0;
  for (let place = 2; place < length; place += 1) if ((bytes[at + place] ?? 0) >> 6 !== 2) return 0;
  return length;
}
