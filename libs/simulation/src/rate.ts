import { DAILY_FACTOR_BOUND, dailyFactor, dailyIntegral, SECONDS_PER_DAY } from './daily-curve.js';
import { Random } from './random.js';

/** A flash sale: for some minutes, `factor` times as many customers arrive. Times are seconds of the day. */
export interface Burst {
  startSecond: number;
  endSecond: number;
  factor: number;
}

/** The flash sales of one day, and the day's mean rate with them. */
export interface DayPlan {
  bursts: readonly Burst[];
  mean: number;
}

const MS_PER_DAY = SECONDS_PER_DAY * 1000;
const FIRST_SALE_SECOND = 9 * 3_600;
const LAST_SALE_SECOND = 22 * 3_600;
const SALES_A_DAY = { min: 2, max: 4 };
const SALE_SECONDS = { min: 5 * 60, max: 20 * 60 };
const SALE_FACTOR = { min: 3, max: 6 };

/** An upper bound of all rates. */
export const RATE_BOUND = DAILY_FACTOR_BOUND * SALE_FACTOR.max;

/** The number of the simulated day at this simulated time; day 0 is the first. */
export function dayOf(simulatedMs: number): number {
  return Math.floor(simulatedMs / MS_PER_DAY);
}

/** The flash sales of a day, by the seed: two to four, in the daytime, never two at once. */
export function planDay(seed: number, day: number): DayPlan {
  const random = Random.of('bursts', seed, day);
  const count = random.int(SALES_A_DAY.min, SALES_A_DAY.max);
  const slot = Math.floor((LAST_SALE_SECOND - FIRST_SALE_SECOND) / count);
  const bursts = Array.from({ length: count }, (_, index) => {
    const seconds = random.int(SALE_SECONDS.min, SALE_SECONDS.max);
    const startSecond = FIRST_SALE_SECOND + index * slot + random.int(0, slot - seconds);
    const factor = SALE_FACTOR.min + random.next() * (SALE_FACTOR.max - SALE_FACTOR.min);
    return { startSecond, endSecond: startSecond + seconds, factor };
  });
  const extra = bursts.reduce(
    (sum, burst) => sum + (burst.factor - 1) * dailyIntegral(burst.startSecond, burst.endSecond),
    0,
  );
  return { bursts, mean: 1 + extra / SECONDS_PER_DAY };
}

/** The rate at a simulated time of the day with this plan. */
export function rateIn({ bursts, mean }: DayPlan, simulatedMs: number): number {
  const second = (simulatedMs - dayOf(simulatedMs) * MS_PER_DAY) / 1000;
  const burst = bursts.find(({ startSecond, endSecond }) => second >= startSecond && second < endSecond);
  return (dailyFactor(second) * (burst?.factor ?? 1)) / mean;
}

/**
 * The rate at a simulated time (ms since midnight of the first simulated day), including flash sales. The mean over each whole day is 1.
 */
export function rateAt(simulatedMs: number, seed: number): number {
  return rateIn(planDay(seed, dayOf(simulatedMs)), simulatedMs);
}
