import { HIGHEST_RATE, HIGHEST_SEED, MAX_PROCESSORS, parseScale } from '../shop/arguments.js';
import { parseNumber, readOptions, type Environment } from '../terminal/options.js';

const DEFAULT_MINUTES = 5;
const FEWEST_MINUTES = 0.2;
const MAX_MINUTES = 1440;
const DEFAULT_RATE = 50;
const DEFAULT_PROCESSORS = 3;

/** What `npm run chaos -- --help` prints. */
export const USAGE = `Breaks the shop at random, and checks that nothing is lost, repeated or out of order.

  npm run chaos                    five minutes
  npm run chaos -- [options]       the two dashes hand the options on

  --minutes N            how long things break (${String(FEWEST_MINUTES)} to ${String(MAX_MINUTES)}, fractions allowed; default ${String(DEFAULT_MINUTES)})
  --seed N               the seed of what breaks when (0 to ${String(HIGHEST_SEED)}; default a new one): the same seed,
                         minutes and processors break the same things at the same times
  --rate N               simulated orders a second, on average (more than 0, up to ${String(HIGHEST_RATE)}; default ${String(DEFAULT_RATE)})
  --scale processor=N    N processors that share the work (1 to ${String(MAX_PROCESSORS)}; default ${String(DEFAULT_PROCESSORS)})
  --help                 this text

The whole shop runs on a Redis server of its own, on free ports, beside whatever else runs. Its processes are killed
(SIGKILL), frozen (SIGSTOP, also for longer than the others wait before they take over its work) and stopped (SIGTERM);
Redis is killed and frozen. Then everything is healed, the customers stop, and when all is handled the laws are checked
(as \`npm run audit\` does), and beside them, past the event library, what customers were told against what the streams hold.

Exit code 0: nothing lost, repeated or out of order, and every law kept. 1: something was. 130: interrupted.
`;

export interface ChaosOptions {
  readonly help: boolean;
  /** How long things break. */
  readonly durationMs: number;
  /** Of what breaks when; null for a new one. */
  readonly seed: number | null;
  /** Mean orders a second. */
  readonly rate: number;
  readonly processors: number;
}

/** Reads the command line of `npm run chaos`. A wrong value is a `Failure` that names the option, what came and what it takes. */
export function parseChaosArguments(args: readonly string[], env: Environment): ChaosOptions {
  const values = readOptions(args, env, {
    command: 'npm run chaos',
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string' },
      scale: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const minutes = parseNumber('--minutes', values['minutes'], { from: FEWEST_MINUTES, to: MAX_MINUTES, whole: false });
  return {
    help: values['help'] === true,
    durationMs: Math.round((minutes ?? DEFAULT_MINUTES) * 60_000),
    seed: parseNumber('--seed', values['seed'], { from: 0, to: HIGHEST_SEED, whole: true }),
    rate: parseNumber('--rate', values['rate'], { above: 0, to: HIGHEST_RATE, whole: false }) ?? DEFAULT_RATE,
    processors: parseScale(values['scale']) ?? DEFAULT_PROCESSORS,
  };
}

/** The command that breaks the same things again. */
export function commandOf({
  seed,
  durationMs,
  rate,
  processors,
}: { seed: number } & Pick<ChaosOptions, 'durationMs' | 'rate' | 'processors'>): string {
  const minutes = String(durationMs / 60_000);
  return `npm run chaos -- --minutes ${minutes} --seed ${String(seed)} --rate ${String(rate)} --scale processor=${String(processors)}`;
}
