import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '@repo/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadlines, type Deadline } from '../src/concurrency/deadlines.js';

describe('Deadlines', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('pass in time, in their order, unless they were ended', () => {
    const step = fc.record({ waitMs: fc.nat(20), ends: fc.option(fc.nat(30), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const deadlines = new Deadlines(50);
        const begun: { atMs: number; dueMs: number; expire: () => void }[] = [];
        const open = new Set<number>();
        const passed: number[] = [];
        steps.forEach(({ waitMs, ends }, index) => {
          begun.push(
            deadlines.begin({
              atMs: 0,
              dueMs: performance.now() + 50,
              expire() {
                expect(open.delete(index)).toBe(true);
                expect(performance.now()).toBeGreaterThanOrEqual(this.dueMs);
                expect(performance.now()).toBeLessThan(this.dueMs + 2);
                passed.push(index);
              },
            }),
          );
          open.add(index);
          const ended = ends === undefined ? undefined : begun[ends];
          if (ended && open.delete(ends as number)) deadlines.end(ended);
          vi.advanceTimersByTime(waitMs);
        });
        vi.advanceTimersByTime(60);
        expect([...open]).toEqual([]);
        expect(passed).toEqual([...passed].sort((a, b) => a - b));
      }),
    );
  });

  it('keep nothing of those that ended, whatever is open before them', () => {
    const deadlines = new Deadlines(1e6);
    const nothing = (): void => undefined;
    for (let round = 0; round < 10; round += 1) {
      const some = Array.from({ length: 5000 }, () => deadlines.begin({ atMs: 0, expire: nothing }));
      for (const one of some) deadlines.end(one);
    }
    expect(deadlines.size).toBe(0);
    const hanging = deadlines.begin({ atMs: 0, expire: nothing });
    const late = Array.from({ length: 5000 }, () => deadlines.begin({ atMs: 0, expire: nothing }));
    for (const one of late.slice(0, 4000)) deadlines.end(one);
    expect(deadlines.size).toBe(1001);
    deadlines.end(hanging);
    deadlines.end(hanging);
    expect(deadlines.size).toBe(1000);
  });

  it('let go what an ended one was for, though one before it hangs', async () => {
    const deadlines = new Deadlines(1e6);
    const begin = (): { open: Deadline; payload: WeakRef<object> } => {
      const payload = { text: 'of an event' };
      // As a try's deadline does, it knows what it is for.
      const open = deadlines.begin({ atMs: 0, expire: () => payload.text });
      return { open, payload: new WeakRef(payload) };
    };
    begin();
    const payloads = Array.from({ length: 100 }, () => {
      const { open, payload } = begin();
      deadlines.end(open);
      return payload;
    });
    vi.useRealTimers();
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    await eventually('they are collected', () => {
      collectGarbage();
      return payloads.every((payload) => payload.deref() === undefined);
    });
  });
});
