import { describe, expect, it } from 'vitest';
import { Arrivals, type ArrivalsOptions, SIMULATION_START_MS } from '../src/index.js';
import { dayOf, type DayPlan, planDay, rateIn } from '../src/rate.js';

const MS_PER_DAY = 86_400_000;
const HOURS_A_DAY = 24;
/** A day takes a minute, with two orders a second: 120 orders a day. */
const options: ArrivalsOptions = { ratePerSecond: 2, speed: 1440, seed: 42, stream: 0, streams: 1 };

/** Simulated times of the arrivals on the whole days 1 to `days`, in ms. */
function arrivalTimes(days: number, overrides: Partial<ArrivalsOptions> = {}): number[] {
  const arrivals = new Arrivals({ ...options, ...overrides });
  const times: number[] = [];
  for (;;) {
    arrivals.nextDelayMs();
    if (arrivals.simulatedMs >= (days + 1) * MS_PER_DAY) return times;
    if (arrivals.simulatedMs >= MS_PER_DAY) times.push(arrivals.simulatedMs);
  }
}

function countsBy(width: number, times: readonly number[], length: number): number[] {
  const counts = Array<number>(length).fill(0);
  for (const time of times) {
    const slot = Math.floor((time - MS_PER_DAY) / width);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}

const plans = new Map<number, DayPlan>();

function rateAt(time: number): number {
  const plan = plans.get(dayOf(time)) ?? planDay(options.seed, dayOf(time));
  plans.set(dayOf(time), plan);
  return rateIn(plan, time);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Variance divided by mean: 1 for a Poisson process, 0 for equal distances, above 1 for clusters. */
function dispersion(counts: readonly number[]): number {
  const average = mean(counts);
  return counts.reduce((sum, count) => sum + (count - average) ** 2, 0) / (counts.length - 1) / average;
}

describe('Arrivals', () => {
  it('gives the same delays for the same options, and others on another stream', () => {
    const delays = (stream: number): number[] => {
      const arrivals = new Arrivals({ ...options, streams: 2, stream });
      return Array.from({ length: 100 }, () => arrivals.nextDelayMs());
    };
    expect(delays(0)).toEqual(delays(0));
    expect(delays(0)).not.toEqual(delays(1));
  });

  it('starts at 08:00 and moves simulated time by the speed', () => {
    for (const speed of [1, 60, 1440]) {
      const arrivals = new Arrivals({ ...options, speed });
      expect(arrivals.simulatedMs).toBe(8 * 3_600_000);
      let realMs = 0;
      for (let i = 0; i < 1000; i++) {
        const delay = arrivals.nextDelayMs();
        expect(delay).toBeGreaterThan(0);
        realMs += delay;
      }
      expect((SIMULATION_START_MS + realMs * speed) / arrivals.simulatedMs).toBeCloseTo(1, 9);
    }
  });

  // The tolerances are four standard errors. The seeds are fixed, so the results are, too.

  it('has the mean rate over whole days at any speed, and the variance of a Poisson process', () => {
    const days = 500;
    for (const [seed, speed] of [
      [1, 1440],
      [2, 1440],
      [3, 14_400],
    ] as const) {
      const daily = (options.ratePerSecond * 86_400) / speed;
      const counts = countsBy(MS_PER_DAY, arrivalTimes(days, { seed, speed }), days);
      expect(Math.abs(mean(counts) - daily)).toBeLessThan(4 * Math.sqrt(daily / days));
      expect(Math.abs(dispersion(counts) - 1)).toBeLessThan(4 * Math.sqrt(2 / (days - 1)));
    }
  });

  it('follows the curve and the flash sales', () => {
    const days = 50;
    const ratePerSecond = 40;
    const quarter = MS_PER_DAY / HOURS_A_DAY / 4;
    const slots = days * HOURS_A_DAY * 4;
    const counts = countsBy(quarter, arrivalTimes(days, { ratePerSecond }), slots);
    const chiSquare = counts.reduce((sum, count, slot) => {
      const steps = Array.from(
        { length: 90 },
        (_, step) => MS_PER_DAY + slot * quarter + ((step + 0.5) * quarter) / 90,
      );
      const expected = (mean(steps.map((time) => rateAt(time))) * ratePerSecond * quarter) / 1000 / options.speed;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    expect(Math.abs(chiSquare - slots)).toBeLessThan(4 * Math.sqrt(2 * slots));
  });

  it('has exponential gaps relative to the rate', () => {
    const times = arrivalTimes(10, { ratePerSecond: 200 });
    const gaps = times.slice(1).map((time, index) => {
      const before = times[index] ?? NaN;
      return (((time - before) / 1000) * 200 * rateAt((time + before) / 2)) / options.speed;
    });
    for (const limit of [0.1, 0.5, 1, 2, 4]) {
      const expected = 1 - Math.exp(-limit);
      const share = gaps.filter((gap) => gap < limit).length / gaps.length;
      expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / gaps.length));
    }
  });

  it('is one Poisson process of the same rate when several streams share it', () => {
    const days = 300;
    const streams = 3;
    const daily = (options.ratePerSecond * 86_400) / options.speed;
    const perStream = [0, 1, 2].map((stream) => countsBy(MS_PER_DAY, arrivalTimes(days, { streams, stream }), days));
    for (const counts of perStream) {
      expect(Math.abs(mean(counts) - daily / streams)).toBeLessThan(4 * Math.sqrt(daily / streams / days));
    }
    const together = Array.from({ length: days }, (_, day) =>
      perStream.reduce((sum, counts) => sum + (counts[day] ?? 0), 0),
    );
    expect(Math.abs(mean(together) - daily)).toBeLessThan(4 * Math.sqrt(daily / days));
    expect(Math.abs(dispersion(together) - 1)).toBeLessThan(4 * Math.sqrt(2 / (days - 1)));
  });

  it('rejects invalid rates, speeds and streams', () => {
    expect(() => new Arrivals({ ...options, ratePerSecond: 0 })).toThrow('Expected ratePerSecond to be above 0, got 0');
    expect(() => new Arrivals({ ...options, ratePerSecond: Infinity })).toThrow('ratePerSecond');
    expect(() => new Arrivals({ ...options, speed: -1 })).toThrow('Expected speed to be above 0, got -1');
    expect(() => new Arrivals({ ...options, speed: NaN })).toThrow('speed');
    expect(() => new Arrivals({ ...options, stream: 3, streams: 3 })).toThrow('got stream 3 of 3');
    expect(() => new Arrivals({ ...options, stream: 0, streams: 0 })).toThrow('got stream 0 of 0');
    expect(() => new Arrivals({ ...options, stream: 0.5 })).toThrow('got stream 0.5 of 1');
  });
});
