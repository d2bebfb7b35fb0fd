import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LineLimit } from '../src/log/line-limit.js';

describe('LineLimit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets some lines of each kind through in a period, and says how many it left out', () => {
    const said: [string, number][] = [];
    const limit = new LineLimit((kind, count) => said.push([kind, count]), 3, 1000);
    const admitted = (kind: string, count: number): number =>
      Array.from({ length: count }, () => limit.admits(kind)).filter(Boolean).length;
    expect([admitted('a', 10), admitted('b', 2)]).toEqual([3, 2]);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(said).toEqual([['a', 7]]);
    expect(admitted('a', 4)).toBe(3);
    limit.flush();
    expect(said).toEqual([
      ['a', 7],
      ['a', 1],
    ]);
    vi.advanceTimersByTime(10_000);
    expect(said.length).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has a bound, however many kinds there are', () => {
    let leftOut = 0;
    const limit = new LineLimit((_, count) => (leftOut += count), 1, 1000);
    let written = 0;
    for (let kind = 0; kind < 1000; kind += 1) if (limit.admits(String(kind))) written += 1;
    expect(written).toBeLessThan(150);
    expect(vi.getTimerCount()).toBeLessThan(150);
    limit.flush();
    expect(written + leftOut).toBe(1000);
  });
});
