/**
 * Values that a script gets as one argument, a MessagePack array, and unpacks with `cmsgpack.unpack`: as one argument
 * each they would cost the server more than what it does with most of them.
 */
export class PackedValues {
  constructor(readonly values: readonly (string | number)[]) {}
}

const ARRAY_32 = '\xdd';
const STRING_16 = '\xda';
const STRING_32 = '\xdb';
const UINT_16 = '\xcd';
const FLOAT_64 = '\xcb';

const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
/** What stands before texts of fewer than 256 bytes: 0xa0 and the length in one byte, or 0xd9 and then the length. */
const HEADS = BYTES.map((byte, length) => (length < 32 ? BYTES[0xa0 | length] : `\xd9${byte}`) as string);

/**
 * Values as a MessagePack array, each byte a character: texts are put together, which V8 does without copying them, and
 * written once, where each by itself would be a call out of JavaScript.
 */
export function pack(values: readonly (string | number)[]): string {
  const packed = join(values);
  // Mostly all text is ASCII, and each of its characters a byte already. Of the rest of it only the heads are not.
  if (Buffer.byteLength(packed.text) - packed.text.length === packed.high) return packed.text;
  return join(values.map((value) => (typeof value === 'string' ? inUtf8(value) : value))).text;
}

/** @returns the array, and how many bytes of heads and numbers are above 127 */
function join(values: readonly (string | number)[]): { text: string; high: number } {
  const begin = ARRAY_32 + uint32(values.length);
  let text = begin;
  let high = highOf(begin);
  for (const value of values) {
    if (typeof value === 'number') {
      const number = numberOf(value);
      high += highOf(number);
      text += number;
    } else {
      const head = headOf(value.length);
      high += highOf(head);
      text += head + value;
    }
  }
  return { text, high };
}

function headOf(length: number): string {
  if (length < 2 ** 8) return HEADS[length] as string;
  return length < 2 ** 16 ? STRING_16 + uint16(length) : STRING_32 + uint32(length);
}

function numberOf(value: number): string {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 16) {
    return value < 128 ? (BYTES[value] as string) : UINT_16 + uint16(value);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return FLOAT_64 + bytes.toString('latin1');
}

function uint16(value: number): string {
  return (BYTES[value >> 8] as string) + (BYTES[value & 255] as string);
}

function uint32(value: number): string {
  return uint16(value >>> 16) + uint16(value & 0xffff);
}

function highOf(text: string): number {
  let high = 0;
  for (let place = 0; place < text.length; place += 1) if (text.charCodeAt(place) > 127) high += 1;
  return high;
}

/** Its bytes in UTF-8, each as a character. */
function inUtf8(text: string): string {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');
}
