import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from '../src/stream/keys/murmur2.js';

describe('murmur2', () => {
  /** Of Apache Kafka's own `UtilsTest.testMurmur2`. */
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('of %s is what Kafka says', (text, hash) => {
    expect(murmur2(text)).toBe(hash);
  });

  it('is of the bytes of UTF-8, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(murmur2(text)).toBe(murmur2(Buffer.from(text).toString()));
        expect(murmur2(text) | 0).toBe(murmur2(text));
      }),
    );
  });
});

describe('partitionOf', () => {
  it('is one of the partitions, the same each time', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1024 }), (key, count) => {
        const partition = partitionOf(key, count);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(count);
        expect(partitionOf(key, count)).toBe(partition);
      }),
    );
  });

  it('spreads keys about evenly', () => {
    const counts = new Array<number>(16).fill(0);
    for (let number = 0; number < 16_000; number += 1) {
      const partition = partitionOf(`order ${String(number)}`, 16);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
