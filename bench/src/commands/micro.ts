import 'reflect-metadata';
import { json } from '../micro/batch.js';
import { createSteps } from '../micro/steps.js';
import { time } from '../micro/timing.js';

/** For --quick, which only checks that every step runs. Its figures are not precise. */
const QUICK = { rounds: 2, roundMs: 1 };
const FULL = { rounds: 60, roundMs: 20 };

const NAME_WIDTH = 54;
const TIME_WIDTH = 10;

/**
 * `npm run bench:micro`: the time of single steps of publishing and handling an event. For precise figures:
 * `taskset -c 1 npm run bench:micro`.
 *
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const effort = args.includes('--quick') ? QUICK : FULL;
  const ns = (value: number) => `${value.toFixed(0)} ns`.padStart(TIME_WIDTH);
  console.log(`An order of three items, ${String(json[0]?.length)} bytes; Node.js ${process.version}`);
  console.log(
    `${'step, per event'.padEnd(NAME_WIDTH)}${'median'.padStart(TIME_WIDTH)}${'fastest'.padStart(TIME_WIDTH)}`,
  );
  for (const [name, step] of createSteps()) {
    const { median, fastest } = await time(step, effort);
    console.log(`${name.padEnd(NAME_WIDTH)}${ns(median)}${ns(fastest)}`);
  }
  return 0;
}
