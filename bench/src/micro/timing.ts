import { medianOf } from '../statistics.js';
import { BATCH } from './batch.js';
import type { Step } from './steps.js';

/** How often and how long a step is timed. */
export interface Effort {
  readonly rounds: number;
  /** The approximate time of a round. */
  readonly roundMs: number;
}

/** Nanoseconds per event. */
export interface Timing {
  /** The median of the rounds: other work of the machine disturbs some of them. */
  readonly median: number;
  readonly fastest: number;
}

const WARM_UP_ROUNDS = 20;
const WARM_UP_BATCHES = 10;

export async function time(step: Step, { rounds, roundMs }: Effort): Promise<Timing> {
  let last: unknown;
  const round = async (batches: number): Promise<number> => {
    const start = process.hrtime.bigint();
    for (let batch = 0; batch < batches; batch++) {
      const result = step();
      last = result instanceof Promise ? await result : result;
    }
    return Number(process.hrtime.bigint() - start) / (batches * BATCH);
  };
  for (let warm = 0; warm < WARM_UP_ROUNDS; warm++) await round(WARM_UP_BATCHES);
  const batches = Math.max(1, Math.round((roundMs * 1e6) / BATCH / (await round(WARM_UP_BATCHES))));
  const times: number[] = [];
  for (let index = 0; index < rounds; index++) times.push(await round(batches));
  // Uses the result, so that the compiler cannot optimize the step away.
  if (last === undefined) throw new Error('Expected the step to have a result');
  return { fastest: Math.min(...times), median: medianOf(times) };
}
