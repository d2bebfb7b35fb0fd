import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueQueue } from '../src/collections/due-queue.js';

describe('a queue of what is due', () => {
  it('gives the first first, what is due by then and no more than asked for', () => {
    const step = fc.oneof(fc.record({ add: fc.nat(50) }), fc.record({ by: fc.nat(50), most: fc.nat(5) }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new DueQueue<{ until: number }>();
        let model: number[] = [];
        for (const one of steps) {
          if ('add' in one) {
            queue.add({ until: one.add });
            model = [...model, one.add].sort((a, b) => a - b);
          } else {
            const expected = model.filter((until) => until <= one.by).slice(0, one.most);
            expect(queue.take(one.by, one.most).map(({ until }) => until)).toEqual(expected);
            model = model.slice(expected.length);
          }
          expect(queue.first?.until).toBe(model[0]);
        }
      }),
    );
  });
});
