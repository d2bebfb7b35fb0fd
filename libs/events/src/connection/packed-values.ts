const ARRAY_32 = '\xdd';
const STRING_8 = 0xd9;
const STRING_16 = 0xda;
const STRING_32 = 0xdb;
const UINT_16 = 0xcd;
const FLOAT_64 = 0xcb;

const BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
/** What stands before texts of fewer than 256 bytes: 0xa0 and the length in one byte, or 0xd9 and then the length. */
const HEADS = BYTES.map((byte, length) => (length < 32 ? BYTES[0xa0 | length] : text(STRING_8) + byte) as string);
const HIGH_IN_HEADS = HEADS.map(highIn);

/** One of them; text goes as UTF-8. */
export type PackedValue = string | number | Buffer;

/**
 * Values that a script gets as one argument, a MessagePack array, and unpacks with `cmsgpack.unpack`: as one argument
 * each they would cost the server more than what it does with most of them.
 *
 * They are added to one text, a character for each byte, and written once:
 * docs/internals/performance.md#adding-to-a-text-copies-nothing
 *
 * Not msgpackr: it writes bytes as `bin`, which the server's cmsgpack refuses ("Bad data format in input"), and the library would depend on it.
 * Measured for 100 settlements of 26 values, 55 kB: 0.17 ms this way and 0.20 ms by msgpackr where all text is ASCII, as mostly;
 * 0.60 ms and 0.24 ms where each of them has other text.
 */
export class PackedValues {
  private count = 0;
  /** Those that are complete; where text is not ASCII, only the runs that have it are looked through. */
  private readonly runs: Run[] = [];
  private packed = '';
  private high = 0;

  constructor(values: readonly PackedValue[] = []) {
    this.addAll(values);
  }

  add(value: PackedValue): void {
    if (this.packed.length > LONG) this.endRun();
    this.count += 1;
    if (typeof value === 'number') {
      if (value >= 0 && value < 128 && Number.isInteger(value)) {
        this.packed += BYTES[value] as string;
        return;
      }
      const number = numberOf(value);
      this.high += highIn(number);
      this.packed += number;
    } else if (typeof value === 'string') {
      const { length } = value;
      const head = headOf(length);
      this.high += length < 256 ? (HIGH_IN_HEADS[length] as number) : highIn(head);
      this.packed += head + value;
    } else {
      this.endRun();
      this.runs.push({ packed: headOf(value.length) + value.toString('latin1'), high: BYTES_ALREADY });
    }
  }

  addAll(values: readonly PackedValue[]): void {
    for (const value of values) this.add(value);
  }

  /** The array in pieces, each byte a character: to put them together would be to copy them once more. */
  get pieces(): string[] {
    const pieces = [ARRAY_32 + uint32(this.count)];
    for (const run of this.runs) pieces.push(bytesOf(run));
    pieces.push(bytesOf({ packed: this.packed, high: this.high }));
    return pieces;
  }

  private endRun(): void {
    this.runs.push({ packed: this.packed, high: this.high });
    this.packed = '';
    this.high = 0;
  }
}

/** Some values, one after the other. */
interface Run {
  packed: string;
  /** How many bytes of heads and numbers are above 127; BYTES_ALREADY where each character is a byte already. */
  high: number;
}

const BYTES_ALREADY = -1;

/** So many characters are a run. */
const LONG = 1000;

function bytesOf({ packed, high }: Run): string {
  if (high === BYTES_ALREADY) return packed;
  // Mostly all text is ASCII, and each of its characters a byte already; of the rest only some heads and numbers are not.
  const isAscii = Buffer.byteLength(packed) - packed.length === high;
  return isAscii ? packed : inUtf8(packed);
}

/** With each text as it is in UTF-8. */
function inUtf8(packed: string): string {
  let written = '';
  let kept = 0;
  for (let at = 0; at < packed.length;) {
    const [head, length] = lengthsAt(packed, at);
    const end = at + head + length;
    const text = packed.slice(at + head, end);
    if (Buffer.byteLength(text) !== length) {
      const bytes = Buffer.from(text).toString('latin1');
      written += packed.slice(kept, at) + headOf(bytes.length) + bytes;
      kept = end;
    }
    at = end;
  }
  return written + packed.slice(kept);
}

/** How long a value's head is, or all of it if it is a number, and how many characters of text follow. */
function lengthsAt(packed: string, at: number): [head: number, text: number] {
  const first = packed.charCodeAt(at);
  const number = (bytes: number): number => {
    let value = 0;
    for (let place = 1; place <= bytes; place += 1) value = value * 256 + packed.charCodeAt(at + place);
    return value;
  };
  switch (first) {
    case UINT_16:
      return [3, 0];
    case FLOAT_64:
      return [9, 0];
    case STRING_8:
      return [2, number(1)];
    case STRING_16:
      return [3, number(2)];
    case STRING_32:
      return [5, number(4)];
    default:
      return [1, first < 128 ? 0 : first & 31];
  }
}

function headOf(length: number): string {
  if (length < 2 ** 8) return HEADS[length] as string;
  return length < 2 ** 16 ? text(STRING_16) + uint16(length) : text(STRING_32) + uint32(length);
}

function numberOf(value: number): string {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 16) return text(UINT_16) + uint16(value);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return text(FLOAT_64) + bytes.toString('latin1');
}

function uint32(value: number): string {
  return uint16(value >>> 16) + uint16(value & 0xffff);
}

function uint16(value: number): string {
  return text(value >> 8) + text(value & 255);
}

function text(byte: number): string {
  return BYTES[byte] as string;
}

function highIn(bytes: string): number {
  let high = 0;
  for (let place = 0; place < bytes.length; place += 1) if (bytes.charCodeAt(place) > 127) high += 1;
  return high;
}
