import { describe, expect, it } from 'vitest';
import { duration } from '../src/log/duration.js';

describe('a length of time in logs and terminals', () => {
  it.each([
    [0, '0.0s'],
    [240, '0.2s'],
    [14_000, '14s'],
    [185_000, '3m05s'],
    [7_800_000, '2h10m'],
    [273_600_000, '3d04h'],
  ])('says %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
