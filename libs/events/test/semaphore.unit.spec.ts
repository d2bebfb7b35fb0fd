import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Semaphore } from '../src/concurrency/semaphore.js';

describe("A semaphore's slots", () => {
  it('let never more than their number run, serve in the order of asking, and give all to one that asks for all', async () => {
    const number = fc.integer({ min: 1, max: 5 });
    const jobs = fc.array(fc.boolean(), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), number, jobs, async (scheduler, limit, exclusive) => {
        const semaphore = new Semaphore(limit);
        const order: number[] = [];
        const running = new Set<number>();
        let most = 0;
        const all = Promise.all(
          exclusive.map(async (isExclusive, index) => {
            await semaphore.acquire(isExclusive);
            order.push(index);
            running.add(index);
            most = Math.max(most, running.size);
            if ([...running].some((job) => exclusive[job])) expect(running.size).toBe(1);
            await scheduler.schedule(Promise.resolve());
            running.delete(index);
            semaphore.release(isExclusive);
          }),
        );
        await scheduler.waitFor(all);
        expect(order).toEqual(exclusive.map((_, index) => index));
        expect(most).toBeLessThanOrEqual(limit);
        if (!exclusive.includes(true)) expect(most).toBe(Math.min(limit, exclusive.length));
      }),
    );
  });

  it('keep others waiting for one that wants all slots only for a while', async () => {
    const semaphore = new Semaphore(2, 20);
    await semaphore.acquire(); // and never given back, until the end
    let isExclusive = false;
    const exclusive = Promise.resolve(semaphore.acquire(true)).then(() => (isExclusive = true));
    for (let round = 0; round < 3; round += 1) {
      await semaphore.acquire(); // waits, but not for ever
      semaphore.release();
    }
    expect(isExclusive).toBe(false);
    semaphore.release();
    await exclusive;
    semaphore.release(true);
    expect(semaphore.load).toBe(0);
  });

  it('are as many at the end as at the beginning', async () => {
    const semaphore = new Semaphore(2);
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([semaphore.acquire(), semaphore.acquire()]);
      const third = semaphore.acquire();
      expect(semaphore.load).toBe(3);
      semaphore.release();
      await third;
      semaphore.release();
      semaphore.release();
      expect(semaphore.acquire(true)).toBeUndefined();
      semaphore.release(true);
      expect(semaphore.load).toBe(0);
    }
    await Promise.all([semaphore.acquire(), semaphore.acquire()]);
  });
});
