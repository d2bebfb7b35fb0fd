/** An ASN.1 value in DER (ITU-T X.690), as far as a certificate needs it: tag, length, content. */
function value(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body), body]);
}

/** A length below 128 is one byte. Otherwise, the number of its bytes comes first. */
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

/** A non-negative integer of the given bytes. A zero byte is added if the leading bit is set, which would be the sign. */
export const wholeNumber = (bytes: Uint8Array): Buffer =>
  value(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes);

/** A bit string whose last `unused` bits do not count. */
export const bits = (content: Uint8Array, unused = 0): Buffer => value(0x03, Buffer.from([unused]), content);

/** A context-specific tag `[number]`: `tagged` is explicit (around a value), `taggedBytes` implicit (instead of its tag). */
export const tagged = (number: number, ...parts: readonly Uint8Array[]): Buffer => value(0xa0 | number, ...parts);
export const taggedBytes = (number: number, content: Uint8Array): Buffer => value(0x80 | number, content);

/** A time in seconds: `261128203000Z`; from 2050 on with four digits of the year. */
export function moment(time: Date): Buffer {
  const digits = `${time.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
  return time.getUTCFullYear() < 2050 ? value(0x17, Buffer.from(digits.slice(2))) : value(0x18, Buffer.from(digits));
}

/** `2.5.29.19` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Base 128: seven bits per byte. The eighth bit is set in all bytes but the last. */
function base128(number: number): number[] {
  const bytes = [number & 0x7f];
  for (let left = number >>> 7; left > 0; left >>>= 7) bytes.unshift(0x80 | (left & 0x7f));
  return bytes;
}
