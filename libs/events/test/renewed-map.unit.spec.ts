import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RenewedMap } from '../src/collections/renewed-map.js';

describe('RenewedMap', () => {
  it('holds what a map would hold, in the same order', () => {
    const key = fc.integer({ min: 0, max: 400 });
    const step = fc.record({ key, isGone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6000, size: 'max' }), (steps) => {
        const map = new Map<number, number>();
        const renewed = new RenewedMap<number, number>();
        steps.forEach(({ key: one, isGone }, index) => {
          if (isGone) {
            map.delete(one);
            renewed.delete(one);
          } else {
            map.set(one, index);
            renewed.set(one, index);
          }
          expect([renewed.has(one), renewed.get(one), renewed.size]).toEqual([map.has(one), map.get(one), map.size]);
        });
        expect([...renewed.keys()]).toEqual([...map.keys()]);
        expect([...renewed.values()]).toEqual([...map.values()]);
      }),
      { numRuns: 20 },
    );
  });
});
