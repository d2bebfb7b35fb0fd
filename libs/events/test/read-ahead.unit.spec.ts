import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadAhead } from '../src/read/read-ahead.js';

const limits = { entries: 512, bytes: 100_000, concurrency: 16 };
const nothing = { entries: 0, bytes: 0 };

/** One whose handlers see through so many entries in a second. */
function working(perSecond: number): { readAhead: ReadAhead; nowMs: number } {
  const readAhead = new ReadAhead(limits, 0);
  let nowMs = 0;
  for (let tick = 0; tick < 20; tick += 1) {
    nowMs += 100;
    for (let count = 0; count < perSecond / 10; count += 1) readAhead.settled();
    readAhead.room(nothing, 0, nowMs);
  }
  return { readAhead, nowMs };
}

describe('ReadAhead', () => {
  it('reads entries for twice the slots while nothing is known yet', () => {
    expect(new ReadAhead(limits, 0).room(nothing, 0, 0)).toBe(32);
  });

  it('reads half a second of work, within its limit', () => {
    const [slow, fast] = [working(200), working(100_000)];
    // Of sizes that are not known yet, a few.
    expect(slow.readAhead.room(nothing, 0, slow.nowMs)).toBe(32);
    expect(slow.readAhead.room({ entries: 60, bytes: 60 }, 60, slow.nowMs)).toBe(40);
    fast.readAhead.room({ entries: 10, bytes: 10 }, 10, fast.nowMs);
    expect(fast.readAhead.room(nothing, 0, fast.nowMs)).toBe(512);
  });

  it('reads on while entries wait for a retry, or behind one', () => {
    expect(new ReadAhead(limits, 0).room({ entries: 400, bytes: 400 }, 2, 0)).toBe(30);
    expect(new ReadAhead(limits, 0).room({ entries: 500, bytes: 500 }, 2, 0)).toBe(12);
  });

  it('stays within its bytes, as far as it can know', () => {
    const { readAhead, nowMs } = working(100_000);
    expect(readAhead.room({ entries: 10, bytes: 50_000 }, 10, nowMs)).toBe(10);
    expect(readAhead.room({ entries: 1, bytes: 1_000_000 }, 1, nowMs)).toBe(0);
  });

  it('never has negative room, nor more than its limit', () => {
    const held = fc.record({ entries: fc.nat({ max: 1000 }), bytes: fc.nat({ max: 200_000 }) });
    fc.assert(
      fc.property(fc.nat({ max: 50_000 }), held, fc.nat({ max: 1000 }), (speed, held, ready) => {
        const { readAhead, nowMs } = working(speed);
        const room = readAhead.room(held, ready, nowMs);
        expect(room).toBeGreaterThanOrEqual(0);
        expect(room).toBeLessThanOrEqual(Math.max(0, limits.entries - held.entries));
      }),
    );
  });
});
