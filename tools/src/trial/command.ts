import { randomInt } from 'node:crypto';
import { printFailure } from '../failure.js';
import { MAX_SEED } from '../shop/arguments.js';

interface RunTrialCommandOptions<Options extends { help: boolean; seed: number | null }> {
  /** Reads the arguments. @throws Failure for a wrong value */
  readonly parse: () => Options;
  readonly usage: string;
  readonly run: (options: Options & { seed: number }) => Promise<number>;
}

/**
 * Runs the command of a trial (chaos or fuzz): prints its help, or runs it with the given seed, else with a random one.
 * @returns the exit code
 */
export async function runTrialCommand<Options extends { help: boolean; seed: number | null }>({
  parse,
  usage,
  run,
}: RunTrialCommandOptions<Options>): Promise<number> {
  try {
    const options = parse();
    if (options.help) {
      process.stdout.write(usage);
      return 0;
    }
    return await run({ ...options, seed: options.seed ?? randomInt(MAX_SEED) });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}
