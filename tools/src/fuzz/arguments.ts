import { HIGHEST_SEED } from '../shop/arguments.js';
import { parseNumber, readOptions, type Environment } from '../terminal/options.js';

const DEFAULT_ENTRIES = 100_000;
const DEFAULT_REQUESTS = 20_000;
const MAX_ENTRIES = 1_000_000;
const MAX_REQUESTS = 1_000_000;

/** What `npm run fuzz -- --help` prints. */
export const USAGE = `Throws hostile entries and requests at the running shop, and checks that it does not mind.

  npm run fuzz                     100,000 entries and 20,000 requests
  npm run fuzz -- [options]        the two dashes hand the options on

  --entries N            entries that go past the library into the shop's streams (0 to ${String(MAX_ENTRIES)}; default ${String(DEFAULT_ENTRIES)})
  --requests N           requests at every app and the console (0 to ${String(MAX_REQUESTS)}; default ${String(DEFAULT_REQUESTS)})
  --seed N               the seed of both (0 to ${String(HIGHEST_SEED)}; default a new one)
  --help                 this text

The whole shop and its console run on a Redis server of their own, on free ports, while customers order. Then all is handled,
and this is checked: no process ended; memory stayed below what docker-compose.yml gives; /health answered within a second
throughout, not counting what the machine does meanwhile; each hostile entry is a dead letter of every group that reads its stream; no hostile request was served and none
made an app fail; every order that was confirmed is kept, and every law with it (as \`npm run audit\` does).

Exit code 0: all of that. 1: not. 130: interrupted.
`;

export interface FuzzOptions {
  readonly help: boolean;
  readonly entries: number;
  readonly requests: number;
  /** Null for a new one. */
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
    seed: parseNumber('--seed', values['seed'], { from: 0, to: HIGHEST_SEED, whole: true }),
  };
}

/** The command that throws the same again. */
export function commandOf({
  seed,
  entries,
  requests,
}: { seed: number } & Pick<FuzzOptions, 'entries' | 'requests'>): string {
  return `npm run fuzz -- --entries ${String(entries)} --requests ${String(requests)} --seed ${String(seed)}`;
}
