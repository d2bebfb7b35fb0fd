import { createHash } from 'node:crypto';

const TWO_TO_26 = 2 ** 26;
const TWO_TO_53 = 2 ** 53;

/**
 * A seeded generator of pseudo-random numbers: the same parts give the same sequence on every machine. The algorithm is sfc32 ("small
 * fast counting") by Chris Doty-Humphrey, from PractRand (public domain); its state is the SHA-256 of the parts. For simulations only,
 * because its numbers can be predicted.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  private constructor(state: Buffer) {
    this.a = state.readUInt32LE(0);
    this.b = state.readUInt32LE(4);
    this.c = state.readUInt32LE(8);
  }

  /** The generator of these parts. `of(1, 2)`, `of(12)` and `of('1', 2)` are different. */
  static of(...parts: (string | number)[]): Random {
    return new Random(createHash('sha256').update(JSON.stringify(parts)).digest());
  }

  /** A float in [0, 1) with 53 random bits. */
  next(): number {
    return ((this.uint32() >>> 5) * TWO_TO_26 + (this.uint32() >>> 6)) / TWO_TO_53;
  }

  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with `probability`: never at 0, always at 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of `items`, with equal probability. @throws RangeError if there is none */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Expected at least one item to pick from, got an empty list.');
    return items[this.int(0, items.length - 1)] as T;
  }

  /** An exponentially distributed number: the time between two arrivals whose mean distance is `mean`. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** A log-normally distributed number. @param sigma the standard deviation of the logarithm */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next())); // Box and Muller 1958
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.next()));
  }

  /** A UUID in the form of version 4. */
  uuid(): string {
    const version4 = (this.uint32() & 0xffff0fff) | 0x00004000;
    const rfcVariant = (this.uint32() & 0x3fffffff) | 0x80000000;
    const hex = [this.uint32(), version4, rfcVariant, this.uint32()].map(hex8).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  private uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

function hex8(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
