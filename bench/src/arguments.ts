import { Failure } from '@shop/tools';
import { parseArgs } from 'node:util';
import type { Persistence } from './scenarios.js';

/** What `npm run bench -- --help` prints. */
export const USAGE = `Measures the event library beside other ways to send events over Redis.

  npm run bench                    the table, on this machine; about ten minutes
  npm run bench -- --quick         less precise, for development; two minutes
  npm run bench -- [options]       the two dashes pass the options on

  --only PATTERN   only measurements whose names match this regular expression: consume/library,
                   publish-callers/yardstick, latency/naive, …; without a yardstick there are no ratios
  --rounds N       how often each is measured, in turns (1 to 20; default 3, with --quick 1)
  --aof WHICH      everysec (default), off, or both
  --quick          about half a second for each measurement
  --events N       exactly so many events in each measurement (10 to 10000000)
  --json FILE      also writes all samples to a file
  --profile DIR    also writes a CPU profile of each measurement in the first round, and a summary of it
  --write-docs     writes docs/performance.md and docs/performance.svg; implies --aof both unless --aof is given
  --help           this text

Each contestant has its own process and its own redis-server. REDIS_SERVER_BINARY is the path of another server.
`;

/** The options of `npm run bench`. */
export interface BenchOptions {
  readonly help: boolean;
  /** Matched with names such as `consume/library`. */
  readonly only: RegExp;
  readonly rounds: number;
  readonly aof: readonly Persistence[];
  readonly quick: boolean;
  /** Undefined: determined by the duration of one measurement. */
  readonly events: number | undefined;
  /** The file for all samples. */
  readonly json: string | undefined;
  /** The folder for CPU profiles. */
  readonly profile: string | undefined;
  readonly writeDocs: boolean;
}

/**
 * Reads the command line of `npm run bench`.
 *
 * @throws Failure that names the option and what it takes
 */
export function parseBenchArguments(args: readonly string[]): BenchOptions {
  const values = parse(args);
  const quick = values.quick === true;
  const writeDocs = values['write-docs'] === true;
  return {
    help: values.help === true,
    only: parsePattern(values.only ?? ''),
    rounds: parseWhole('--rounds', values.rounds, 1, 20) ?? (quick ? 1 : 3),
    aof: parseAof(values.aof ?? (writeDocs ? 'both' : 'everysec')),
    quick,
    events: parseWhole('--events', values.events, 10, 10_000_000),
    json: values.json,
    profile: values.profile,
    writeDocs,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        aof: { type: 'string' },
        quick: { type: 'boolean' },
        events: { type: 'string' },
        json: { type: 'string' },
        profile: { type: 'string' },
        'write-docs': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new Failure(`${(error as Error).message.split('. ')[0] ?? ''}. Try: npm run bench -- --help`);
  }
}

function parsePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    throw new Failure(`--only takes a regular expression, such as consume or latency/naive, got "${pattern}".`);
  }
}

function parseAof(aof: string): readonly Persistence[] {
  if (aof === 'both') return ['everysec', 'off'];
  if (aof === 'everysec' || aof === 'off') return [aof];
  throw new Failure(`--aof takes everysec, off or both, got "${aof}".`);
}

function parseWhole(name: string, value: string | undefined, from: number, to: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw new Failure(`${name} takes a whole number from ${String(from)} to ${String(to)}, got "${value}".`);
}
