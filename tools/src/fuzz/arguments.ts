import { MAX_SEED } from '../shop/arguments.js';
import { parseNumber, readOptions, type Environment } from '../terminal/options.js';

const DEFAULT_ENTRIES = 100_000;
const DEFAULT_REQUESTS = 20_000;
const MAX_ENTRIES = 1_000_000;
const MAX_REQUESTS = 1_000_000;

/** What `npm run fuzz -- --help` prints. */
export const USAGE = `Sends hostile entries and requests to a running shop, and checks that it rejects them and works on.

  npm run fuzz                     100,000 entries and 20,000 requests
  npm run fuzz -- [options]        the two dashes pass the options on

  --entries N            entries that are added to the shop's streams without the library (0 to ${String(MAX_ENTRIES)}; default ${String(DEFAULT_ENTRIES)})
  --requests N           requests to the apps and the console (0 to ${String(MAX_REQUESTS)}; default ${String(DEFAULT_REQUESTS)})
  --seed N               the seed of both (0 to ${String(MAX_SEED)}; default: a random one)
  --help                 this text

The whole shop and its console run on their own Redis server, on free ports, while customers order. When all events are
handled, this is checked: no process has exited; each has used less memory than docker-compose.yml allows; /health has always
answered within a second (adjusted for other load of the machine); each hostile entry is a dead letter of every group that
reads its stream; no hostile request was accepted, and none made an app fail; every confirmed order is there, and every law is
kept (as \`npm run audit\` checks).

Exit code 0: all checks passed. 1: a check failed. 130: interrupted.
`;

export interface FuzzOptions {
  readonly help: boolean;
  readonly entries: number;
  readonly requests: number;
  /** Null for a random one. */
  readonly seed: number | null;
}

/** Reads the command line of `npm run fuzz`. A wrong value is a `Failure` that names the option, what came and what it takes. */
export function parseFuzzArguments(args: readonly string[], env: Environment): FuzzOptions {
  const values = readOptions(args, env, {
    command: 'npm run fuzz',
    options: {
      entries: { type: 'string' },
      requests: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const count = (name: string, most: number, otherwise: number) =>
    parseNumber(`--${name}`, values[name], { from: 0, to: most, whole: true }) ?? otherwise;
  return {
    help: values['help'] === true,
    entries: count('entries', MAX_ENTRIES, DEFAULT_ENTRIES),
    requests: count('requests', MAX_REQUESTS, DEFAULT_REQUESTS),
    seed: parseNumber('--seed', values['seed'], { from: 0, to: MAX_SEED, whole: true }),
  };
}

/** The command that repeats a run with the same entries and requests. */
export function repeatCommandOf({
  seed,
  entries,
  requests,
}: { seed: number } & Pick<FuzzOptions, 'entries' | 'requests'>): string {
  return `npm run fuzz -- --entries ${String(entries)} --requests ${String(requests)} --seed ${String(seed)}`;
}
