import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../src/dispatch/slots.js';

describe('Slots', () => {
  it('let never more than their number run, and serve in the order of asking', async () => {
    const number = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), number, fc.integer({ min: 0, max: 20 }), async (scheduler, limit, count) => {
        const slots = new Slots(limit);
        const order: number[] = [];
        let running = 0;
        let most = 0;
        const all = Promise.all(
          Array.from({ length: count }, async (_, index) => {
            await slots.acquire();
            order.push(index);
            most = Math.max(most, ++running);
            await scheduler.schedule(Promise.resolve());
            running -= 1;
            slots.release();
          }),
        );
        await scheduler.waitFor(all);
        expect(order).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(most).toBe(Math.min(limit, count));
      }),
    );
  });

  it('are as many at the end as at the beginning', async () => {
    const slots = new Slots(2);
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([slots.acquire(), slots.acquire()]);
      const third = slots.acquire();
      slots.release();
      await third;
      slots.release();
      slots.release();
    }
    await Promise.all([slots.acquire(), slots.acquire()]);
  });
});
