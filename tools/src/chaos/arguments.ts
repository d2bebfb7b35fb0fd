import { MAX_RATE, MAX_SEED, MAX_PROCESSORS, parseScale } from '../shop/arguments.js';
import { parseNumber, readOptions, type Environment } from '../terminal/options.js';

const DEFAULT_MINUTES = 5;
const MIN_MINUTES = 0.2;
const MAX_MINUTES = 1440;
const DEFAULT_RATE = 50;
const DEFAULT_PROCESSORS = 3;

/** What `npm run chaos -- --help` prints. */
export const USAGE = `Injects faults into the shop at random, and checks that nothing is lost, repeated or out of order.

  npm run chaos                    five minutes
  npm run chaos -- [options]       the two dashes pass the options on

  --minutes N            how long faults are injected (${String(MIN_MINUTES)} to ${String(MAX_MINUTES)}, fractions allowed; default ${String(DEFAULT_MINUTES)})
  --seed N               the seed of the faults (0 to ${String(MAX_SEED)}; default: a random one). The same seed,
                         minutes and processors give the same faults at the same times
  --rate N               simulated orders a second, on average (more than 0, up to ${String(MAX_RATE)}; default ${String(DEFAULT_RATE)})
  --scale processor=N    N processors that share the work (1 to ${String(MAX_PROCESSORS)}; default ${String(DEFAULT_PROCESSORS)})
  --help                 this text

The whole shop runs on its own Redis server, on free ports, so that it does not disturb anything else. Its processes are
killed (SIGKILL), frozen (SIGSTOP, sometimes for longer than EVENTS_CLAIM_AFTER_MS) and stopped (SIGTERM). Redis is killed
and frozen. Then everything is healed and the customers stop. When all events are handled, the laws are checked (as
\`npm run audit\` does). In addition, the answers that customers got are compared with the streams, without the event library.

Exit code 0: nothing was lost, repeated or out of order, and every law was kept. 1: a check failed. 130: interrupted.
`;

export interface ChaosOptions {
  readonly help: boolean;
  /** How long faults are injected. */
  readonly durationMs: number;
  /** The seed of the faults; null for a random one. */
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
  const minutes = parseNumber('--minutes', values['minutes'], { from: MIN_MINUTES, to: MAX_MINUTES, whole: false });
  return {
    help: values['help'] === true,
    durationMs: Math.round((minutes ?? DEFAULT_MINUTES) * 60_000),
    seed: parseNumber('--seed', values['seed'], { from: 0, to: MAX_SEED, whole: true }),
    rate: parseNumber('--rate', values['rate'], { above: 0, to: MAX_RATE, whole: false }) ?? DEFAULT_RATE,
    processors: parseScale(values['scale']) ?? DEFAULT_PROCESSORS,
  };
}

/** The command that repeats a run with the same faults. */
export function repeatCommandOf({
  seed,
  durationMs,
  rate,
  processors,
}: { seed: number } & Pick<ChaosOptions, 'durationMs' | 'rate' | 'processors'>): string {
  const minutes = String(durationMs / 60_000);
  return `npm run chaos -- --minutes ${minutes} --seed ${String(seed)} --rate ${String(rate)} --scale processor=${String(processors)}`;
}
