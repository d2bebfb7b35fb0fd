import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff, type RetryPolicy } from '../src/model/retry-policy.js';

const policies = fc
  .record({ firstDelayMs: fc.integer({ min: 0, max: 60_000 }), more: fc.integer({ min: 0, max: 3_600_000 }) })
  .map(({ firstDelayMs, more }): RetryPolicy => ({
    attempts: 1000,
    firstDelayMs,
    maxDelayMs: firstDelayMs + more,
  }));
const attempts = fc.integer({ min: 1, max: 1000 });
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
/** The greatest number that `Math.random` gives. */
const ALMOST_ONE = 1 - Number.EPSILON / 2;

describe('backoff', () => {
  it('is a whole number of milliseconds between half of its ceiling and the ceiling', () => {
    fc.assert(
      fc.property(policies, attempts, randoms, (policy, attempt, random) => {
        const delay = backoff(policy, attempt, random);
        const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
        expect(delay).toBeLessThanOrEqual(Math.ceil(ceiling));
      }),
    );
  });

  it('never exceeds the longest delay, however often it failed', () => {
    fc.assert(
      fc.property(policies, attempts, (policy, attempt) => {
        expect(backoff(policy, attempt, ALMOST_ONE)).toBeLessThanOrEqual(policy.maxDelayMs);
      }),
    );
  });

  it('has a ceiling that never falls from one attempt to the next', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 999 }), (policy, attempt) => {
        expect(backoff(policy, attempt + 1, ALMOST_ONE)).toBeGreaterThanOrEqual(backoff(policy, attempt, ALMOST_ONE));
      }),
    );
  });

  it('doubles until it reaches the longest delay', () => {
    const policy = { attempts: 9, firstDelayMs: 100, maxDelayMs: 1000 };
    expect([1, 2, 3, 4, 5, 6].map((attempt) => backoff(policy, attempt, ALMOST_ONE))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
    expect([1, 2, 3].map((attempt) => backoff(policy, attempt, 0))).toEqual([50, 100, 200]);
  });
});
