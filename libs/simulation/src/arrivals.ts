import { Random } from './random.js';
import { dayOf, type DayPlan, planDay, RATE_BOUND, rateIn } from './rate.js';

/** The start of simulated time: 08:00 of the first day, in ms since its midnight. */
export const SIMULATION_START_MS = 8 * 3_600_000;

/** Options of {@link Arrivals}. */
export interface ArrivalsOptions {
  /** Orders per real second, of all threads together: the mean over a whole simulated day. */
  ratePerSecond: number;
  /** Simulated seconds per real second; with 1440, a day takes a minute. */
  speed: number;
  seed: number;
  /** The number of this thread, 0 to `streams` - 1. */
  stream: number;
  /** How many threads there are. Each produces its share, and together they are one Poisson process. */
  streams: number;
}

/**
 * The times at which customers arrive: an inhomogeneous Poisson process over the daily curve with flash sales, by thinning.
 * Candidates arrive at the maximum rate; each is kept with the probability (present rate) / (maximum rate).
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

  /** @throws RangeError for a rate or speed that is not above 0, or a `stream` outside 0 to `streams` - 1 */
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
   * Real ms from the latest arrival to the next; less than 1 at high rates. The caller must add the delays up and wait for the sum: a
   * new timer for each delay would fall behind by the time that the work takes.
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
