import { Random } from './random.js';
import { dayOf, type DayPlan, planDay, RATE_BOUND, rateIn } from './rate.js';

/** When simulated time starts: at 08:00 of the first day, in ms since its midnight. */
export const SIMULATION_START_MS = 8 * 3_600_000;

/** What arrival times are made from. */
export interface ArrivalsOptions {
  /** Orders per real second of all streams together: the mean over a whole simulated day. */
  ratePerSecond: number;
  /** Simulated seconds per real second; 1440 makes a day a minute. */
  speed: number;
  seed: number;
  /** Number of this thread, 0 to `streams` - 1. */
  stream: number;
  /** Number of threads; each produces its share, and together they are one Poisson process. */
  streams: number;
}

/**
 * When customers come: an inhomogeneous Poisson process over the daily curve and its flash sales, by thinning. Candidates
 * come at the highest rate there ever is; each is kept with the probability that the present rate is of that one.
 * P. A. W. Lewis and G. S. Shedler, Simulation of nonhomogeneous Poisson processes by thinning, 1979.
 */
export class Arrivals {
  private readonly random: Random;
  private readonly seed: number;
  private readonly speed: number;
  private readonly meanCandidateGapMs: number;
  private now = SIMULATION_START_MS;
  private day = dayOf(SIMULATION_START_MS);
  private plan: DayPlan;

  /** Throws RangeError for a rate or speed that is not above 0 and for a stream that is not one of the streams. */
  constructor({ ratePerSecond, speed, seed, stream, streams }: ArrivalsOptions) {
    requirePositive('ratePerSecond', ratePerSecond);
    requirePositive('speed', speed);
    if (!Number.isInteger(streams) || !Number.isInteger(stream) || stream < 0 || stream >= streams) {
      const got = `stream ${String(stream)} of ${String(streams)}`;
      throw new RangeError(`Expected whole numbers with 0 <= stream < streams, got ${got}.`);
    }
    this.random = Random.of('arrivals', seed, stream, streams);
    this.seed = seed;
    this.speed = speed;
    this.meanCandidateGapMs = (1000 * speed * streams) / (ratePerSecond * RATE_BOUND);
    this.plan = planDay(seed, this.day);
  }

  /** Simulated time of the latest arrival: ms since midnight of the first simulated day. */
  get simulatedMs(): number {
    return this.now;
  }

  /**
   * Real ms from the latest arrival to the next, a fraction below 1 at high rates. Add them up and wait for the sum: a
   * timer started anew for each delay falls behind by the time that the work takes.
   */
  nextDelayMs(): number {
    const before = this.now;
    do {
      this.now += this.random.exponential(this.meanCandidateGapMs);
    } while (this.random.next() * RATE_BOUND >= this.rate());
    return (this.now - before) / this.speed;
  }

  private rate(): number {
    const today = dayOf(this.now);
    if (today !== this.day) {
      this.day = today;
      this.plan = planDay(this.seed, today);
    }
    return rateIn(this.plan, this.now);
  }
}

function requirePositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new RangeError(
      `Expected ${name} to be above 0, got ${String(value)}; to have no arrivals, stop the simulation.`,
    );
  }
}
