/** A value of ASN.1 in DER (ITU-T X.690), as far as a certificate needs it: a tag, the length of what is in it, and that. */
function value(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body), body]);
}

/** Below 128 the length is one byte; else the number of its bytes comes first. */
function lengthOf({ length }: Uint8Array): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => value(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => value(0x31, ...parts);
export const text = (content: string): Buffer => value(0x0c, Buffer.from(content));
export const octets = (content: Uint8Array): Buffer => value(0x04, content);
export const yes = (): Buffer => value(0x01, Buffer.from([0xff]));

/** A whole number that is not negative, of the bytes given; a leading bit that is set would be its sign. */
export const wholeNumber = (bytes: Uint8Array): Buffer =>
  value(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes);

/** Bits, the last `unused` of which do not count. */
export const bits = (content: Uint8Array, unused = 0): Buffer => value(0x03, Buffer.from([unused]), content);

/** What is known by its place and not by its kind: `[number]`, around a value or in the place of its tag. */
export const tagged = (number: number, ...parts: readonly Uint8Array[]): Buffer => value(0xa0 | number, ...parts);
export const taggedBytes = (number: number, content: Uint8Array): Buffer => value(0x80 | number, content);

/** A moment, to the second: `261128203000Z`, from 2050 on with the century. */
export function moment(time: Date): Buffer {
  const digits = `${time.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
  return time.getUTCFullYear() < 2050 ? value(0x17, Buffer.from(digits.slice(2))) : value(0x18, Buffer.from(digits));
}

/** `2.5.29.19` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Seven bits in each byte, all of which but the last have the eighth one set. */
function base128(number: number): number[] {
  const bytes = [number & 0x7f];
  for (let left = number >>> 7; left > 0; left >>>= 7) bytes.unshift(0x80 | (left & 0x7f));
  return bytes;
}
