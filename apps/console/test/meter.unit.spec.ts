import { describe, expect, it } from 'vitest';
import { Meter } from '../src/observe/meter.js';

describe('a meter', () => {
  const after = (...looks: [atMs: number, value: number | null][]): number | null => {
    const meter = new Meter();
    for (const [atMs, value] of looks) meter.add(atMs, value);
    return meter.perSecond;
  };

  it('knows no rate before the second look', () => {
    expect(after()).toBeNull();
    expect(after([0, 5])).toBeNull();
  });

  it('knows no rate if two looks are almost at the same time', () => {
    expect(after([0, 0], [10, 12])).toBeNull();
    expect(after([0, 0], [10, 12], [1010, 24])).toBeCloseTo(24 / 1.01);
  });

  it('knows the rate of a number that is looked at seldom', () => {
    const meter = new Meter();
    for (let look = 0; look < 4; look += 1) meter.add(look * 12_000, look * 24, 12_000);
    expect(meter.perSecond).toBe(2);
  });

  it('measured over a minute, does not count a burst after a freeze as the rate', () => {
    const meter = new Meter({ windowMs: 60_000, gapMs: 60_000, leastMs: 10_000 });
    for (let second = 0; second <= 60; second += 1) meter.add(second * 1000, second * 2);
    // Frozen for half a minute, and then what had waited comes at once.
    meter.add(90_000, 120);
    meter.add(91_000, 180);
    expect((meter.perSecond ?? NaN) * 60).toBeLessThan(150);
    const begun = new Meter({ windowMs: 60_000, gapMs: 60_000, leastMs: 10_000 });
    begun.add(0, 0);
    begun.add(2000, 140);
    expect(begun.perSecond).toBeNull();
  });

  it('is the growth over the last three seconds', () => {
    expect(after([0, 0], [1000, 10])).toBe(10);
    expect(after([0, 0], [1000, 1000], [2000, 1010], [3000, 1020], [4000, 1030])).toBe(10);
  });

  it('starts again if the number shrinks, is unknown, or was not looked at for long', () => {
    expect(after([0, 100], [1000, 5])).toBeNull();
    expect(after([0, 0], [1000, null], [2000, 10])).toBeNull();
    expect(after([0, 0], [60_000, 10])).toBeNull();
    expect(after([0, 100], [1000, 5], [2000, 7])).toBe(2);
  });
});
