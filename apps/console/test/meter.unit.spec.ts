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

  it('is the growth over the last three seconds', () => {
    expect(after([0, 0], [1000, 10])).toBe(10);
    expect(after([0, 0], [1000, 1000], [2000, 1010], [3000, 1020], [4000, 1030])).toBe(10);
  });

  it('begins anew when the number shrinks, is not known, or was not looked at for long', () => {
    expect(after([0, 100], [1000, 5])).toBeNull();
    expect(after([0, 0], [1000, null], [2000, 10])).toBeNull();
    expect(after([0, 0], [60_000, 10])).toBeNull();
    expect(after([0, 100], [1000, 5], [2000, 7])).toBe(2);
  });
});
