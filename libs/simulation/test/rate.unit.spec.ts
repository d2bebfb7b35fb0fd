import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dailyFactor, rateAt } from '../src/index.js';
import { dailyIntegral, SECONDS_PER_DAY } from '../src/daily-curve.js';
import { planDay, RATE_BOUND, rateIn } from '../src/rate.js';

const HOUR = 3_600;
const dayNumber = fc.nat(1000);

/** The mean of a function over the seconds of a day, sampled in the middle of each. */
function meanOverDay(valueAt: (second: number) => number): number {
  let sum = 0;
  for (let second = 0.5; second < SECONDS_PER_DAY; second++) sum += valueAt(second);
  return sum / SECONDS_PER_DAY;
}

describe('dailyFactor', () => {
  it('has the mean 1 over a day', () => {
    expect(meanOverDay(dailyFactor)).toBeCloseTo(1, 10);
    expect(dailyIntegral(0, SECONDS_PER_DAY) / SECONDS_PER_DAY).toBeCloseTo(1, 12);
  });

  it('is low at night, highest in the evening, never 0, and continuous at midnight', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => dailyFactor(hour * HOUR));
    expect(hours.indexOf(Math.min(...hours))).toBe(4);
    expect(hours.indexOf(Math.max(...hours))).toBe(19);
    expect(Math.min(...hours)).toBeGreaterThan(0.1);
    expect(dailyFactor(SECONDS_PER_DAY)).toBeCloseTo(dailyFactor(0), 10);
  });

  it('agrees with its integral', () => {
    const second = fc.integer({ min: 0, max: SECONDS_PER_DAY - 1 });
    fc.assert(
      fc.property(second, (from) => {
        expect(dailyIntegral(from, from + 1)).toBeCloseTo(dailyFactor(from + 0.5), 6);
      }),
    );
  });
});

describe('planDay', () => {
  it('has two to four flash sales in the daytime, without overlap, with factors of 3 to 6', () => {
    fc.assert(
      fc.property(fc.integer(), dayNumber, (seed, day) => {
        const { bursts } = planDay(seed, day);
        expect(bursts.length).toBeGreaterThanOrEqual(2);
        expect(bursts.length).toBeLessThanOrEqual(4);
        let free = 9 * HOUR;
        for (const { startSecond, endSecond, factor } of bursts) {
          expect(startSecond).toBeGreaterThanOrEqual(free);
          expect(endSecond - startSecond).toBeGreaterThanOrEqual(5 * 60);
          expect(endSecond - startSecond).toBeLessThanOrEqual(20 * 60);
          expect(factor >= 3 && factor <= 6).toBe(true);
          free = endSecond;
        }
        expect(free).toBeLessThanOrEqual(22 * HOUR);
      }),
    );
  });
});

describe('rateAt', () => {
  it('has the mean 1 over a day, flash sales included', () => {
    expect(meanOverDay((second) => rateAt(second * 1000, 42))).toBeCloseTo(1, 6);
  });

  it('has the mean 1 over every other day, too', () => {
    fc.assert(
      fc.property(fc.integer(), dayNumber, (seed, day) => {
        const plan = planDay(seed, day);
        expect(meanOverDay((second) => rateIn(plan, (day * SECONDS_PER_DAY + second) * 1000))).toBeCloseTo(1, 6);
      }),
      { numRuns: 10 },
    );
  });

  it('is deterministic, above 0 and within its bound', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1e12, noNaN: true }), (seed, time) => {
        expect(rateAt(time, seed)).toBe(rateAt(time, seed));
        expect(rateAt(time, seed)).toBeGreaterThan(0);
        expect(rateAt(time, seed)).toBeLessThan(RATE_BOUND);
      }),
    );
  });

  it('rises by the factor of a flash sale when it starts and falls when it ends', () => {
    for (const { startSecond, endSecond, factor } of planDay(42, 0).bursts) {
      for (const edge of [startSecond, endSecond]) {
        const [before, after] = [rateAt(edge * 1000 - 1, 42), rateAt(edge * 1000, 42)];
        expect(edge === startSecond ? after / before : before / after).toBeCloseTo(factor, 3);
      }
    }
  });
});
