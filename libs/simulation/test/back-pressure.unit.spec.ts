import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roomFor, type GroupWork } from '../src/back-pressure.js';

const count = fc.nat({ max: 2000 });
const work = fc.array(fc.record({ stream: fc.constantFrom('orders', 'payments'), pending: count, lag: count }));

describe('the room for orders', () => {
  it('is the whole bound for an idle shop', () => {
    expect(roomFor([], 1000)).toBe(1000);
    expect(roomFor([{ stream: 'orders', pending: 0, lag: 0 }], 1000)).toBe(1000);
  });

  it('counts the backlog of the slowest group of each stream', () => {
    const groups: GroupWork[] = [
      { stream: 'orders', pending: 300, lag: 0 },
      { stream: 'orders', pending: 100, lag: 250 },
      { stream: 'payments', pending: 10, lag: 0 },
    ];
    expect(roomFor(groups, 1000)).toBe(1000 - 350 - 10);
  });

  it('is 0 while a lag is unknown', () => {
    expect(roomFor([{ stream: 'orders', pending: 0, lag: null }], 1000)).toBe(0);
  });

  it('never lets the backlog exceed the bound', () => {
    fc.assert(
      fc.property(work, count, (groups, bound) => {
        const room = roomFor(groups, bound);
        expect(Number.isInteger(room)).toBe(true);
        expect(room).toBeGreaterThanOrEqual(0);
        for (const { pending, lag } of groups) {
          if (room > 0) expect(pending + lag + room).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });
});
