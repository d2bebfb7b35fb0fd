/**
 * Values that a script gets as one argument, a MessagePack array, and unpacks with `cmsgpack.unpack`: as one argument
 * each they would cost the server more than what it does with most of them.
 */
export class PackedValues {
  constructor(readonly values: readonly (string | number)[]) {}
}

/** A buffer that grows when it must, for one user at a time. */
export class Scratch {
  bytes = Buffer.allocUnsafe(2 ** 16);

  /** Makes room for so many bytes from a place on, and keeps those before it. */
  reserve(from: number, size: number): void {
    if (from + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (from + size));
    this.bytes.copy(larger, 0, 0, from);
    this.bytes = larger;
  }
}

const ARRAY_32 = 0xdd;
const FIX_STRING = 0xa0;
const STRING_8 = 0xd9;
const STRING_16 = 0xda;
const STRING_32 = 0xdb;
const UINT_16 = 0xcd;
const FLOAT_64 = 0xcb;
/** Up to this length it is quicker to copy characters than to ask for it. */
const SHORT = 24;
/** The longest head of a value. */
const HEAD = 9;

/** Writes values as a MessagePack array. @returns where to go on */
export function pack(scratch: Scratch, from: number, values: readonly (string | number)[]): number {
  let most = HEAD;
  // A UTF-16 unit is at most three bytes of UTF-8.
  for (const value of values) most += typeof value === 'string' ? HEAD + 3 * value.length : HEAD;
  scratch.reserve(from, most);
  const { bytes } = scratch;
  bytes[from] = ARRAY_32;
  bytes.writeUInt32BE(values.length, from + 1);
  let at = from + 5;
  for (const value of values)
    at = typeof value === 'string' ? packText(bytes, at, value) : packNumber(bytes, at, value);
  return at;
}

function packNumber(bytes: Buffer, at: number, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 16) {
    if (value < 128) {
      bytes[at] = value;
      return at + 1;
    }
    bytes[at] = UINT_16;
    bytes[at + 1] = value >> 8;
    bytes[at + 2] = value;
    return at + 3;
  }
  bytes[at] = FLOAT_64;
  return bytes.writeDoubleBE(value, at + 1);
}

function packText(bytes: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length <= SHORT) {
    bytes[at] = FIX_STRING | length;
    let place = 0;
    for (; place < length; place += 1) {
      const code = text.charCodeAt(place);
      if (code > 127) break;
      bytes[at + 1 + place] = code;
    }
    if (place === length) return at + 1 + length;
  }
  // The head depends on how many bytes the text has, which is mostly its length: so it is written first, behind that head.
  const guess = headOf(length);
  const size = bytes.write(text, at + guess);
  const head = headOf(size);
  if (head !== guess) bytes.copyWithin(at + head, at + guess, at + guess + size);
  if (size < 32) {
    bytes[at] = FIX_STRING | size;
  } else if (size < 2 ** 8) {
    bytes[at] = STRING_8;
    bytes[at + 1] = size;
  } else if (size < 2 ** 16) {
    bytes[at] = STRING_16;
    bytes[at + 1] = size >> 8;
    bytes[at + 2] = size;
  } else {
    bytes[at] = STRING_32;
    bytes.writeUInt32BE(size, at + 1);
  }
  return at + head + size;
}

function headOf(size: number): number {
  if (size < 32) return 1;
  if (size < 2 ** 8) return 2;
  return size < 2 ** 16 ? 3 : 5;
}
