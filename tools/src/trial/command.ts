import { randomInt } from 'node:crypto';
import { printFailure } from '../failure.js';
import { HIGHEST_SEED } from '../shop/arguments.js';

interface RunTrialCommandOptions<Options extends { help: boolean; seed: number | null }> {
  /** Reads its arguments; a wrong value is a `Failure`. */
  readonly parse: () => Options;
  readonly usage: string;
  readonly run: (options: Options & { seed: number }) => Promise<number>;
}

/**
 * Runs the command of a trial: prints its help, or runs it with the seed that is given, else with a new one.
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
    return await run({ ...options, seed: options.seed ?? randomInt(HIGHEST_SEED) });
  } catch (error) {
    printFailure(error);
    return 1;
  }
}
