import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadLetterPace } from '../src/operate/dead-letter-pace.js';

describe('DeadLetterPace', () => {
  it('lets a second’s worth through at once, and then one after the other', () => {
    const pace = new DeadLetterPace(4);
    expect([1, 2, 3, 4, 5, 6].map(() => pace.next(10_000))).toEqual([0, 0, 0, 0, 250, 500]);
    // Those two have had their turn, and a quarter of a second is free again.
    expect([1, 2].map(() => pace.next(10_750))).toEqual([0, 250]);
    expect([1, 2, 3, 4, 5].map(() => pace.next(60_000))).toEqual([0, 0, 0, 0, 250]);
  });

  it('never has more than two seconds’ worth in a second', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 }),
        (perSecond, pauses) => {
          const pace = new DeadLetterPace(perSecond);
          let nowMs = 0;
          const turns = pauses.map((pause) => (nowMs += pause) + pace.next(nowMs)).sort((a, b) => a - b);
          for (const from of turns) {
            const within = turns.filter((turn) => turn >= from && turn < from + 1000 - 1e-6).length;
            expect(within).toBeLessThanOrEqual(2 * perSecond);
          }
        },
      ),
    );
  });
});
