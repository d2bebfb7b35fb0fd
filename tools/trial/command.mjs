import { randomInt } from 'node:crypto';
import { printFailure } from '../failure.mjs';
import { HIGHEST_SEED } from '../shop/arguments.mjs';

/**
 * Runs the command of a trial: prints its help, or runs it with the seed that is given, else with a new one.
 * @template {{ help: boolean, seed: number | null }} Options
 * @param {object} command
 * @param {() => Options} command.parse reads its arguments; a wrong value is a `Failure`
 * @param {string} command.usage
 * @param {(options: Options & { seed: number }) => Promise<number>} command.run
 * @returns {Promise<number>} the exit code
 */
export async function runTrialCommand({ parse, usage, run }) {
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
