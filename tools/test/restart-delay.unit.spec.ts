import { describe, expect, it } from 'vitest';
import { restartDelayMs, restartsAfter } from '../src/machine/restart-delay.js';

describe('the delay before a restart', () => {
  it('doubles from half a second to 30 seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('stays finite after any number of restarts', () => {
    expect(restartDelayMs(100_000)).toBe(30_000);
  });

  it('is short again for an app that has run for a minute', () => {
    expect(restartsAfter(5, 59_999)).toBe(5);
    expect(restartsAfter(5, 60_000)).toBe(0);
  });
});
