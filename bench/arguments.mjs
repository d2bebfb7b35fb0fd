import { parseArgs } from 'node:util';
import { Failure } from '@shop/tools';

/** What `npm run bench -- --help` prints. */
export const USAGE = `Measures the event library beside other ways to send events over Redis.

  npm run bench                    the table, on this machine; about ten minutes
  npm run bench -- --quick         to see a trend while developing; two minutes
  npm run bench -- [options]       the two dashes hand the options on

  --only PATTERN   only what matches this regular expression, of names such as consume/library,
                   publish-callers/yardstick, latency/naive; without a yardstick there are no ratios
  --rounds N       how often each is measured, in turn (1 to 20; default 3, with --quick 1)
  --aof WHICH      everysec (default), off, or both
  --quick          about half a second for each measurement
  --events N       exactly so many events in each measurement (10 to 10000000)
  --json FILE      writes all samples, too
  --profile DIR    writes a CPU profile of each measured part, of the first round, and a summary of it
  --write-docs     writes docs/performance.md and docs/performance.svg; with --aof both unless told otherwise
  --help           this text

Each contestant has a process of its own and a redis-server of its own; REDIS_SERVER_BINARY names another server.
`;

/**
 * @typedef {object} BenchOptions
 * @property {boolean} help
 * @property {RegExp} only
 * @property {number} rounds
 * @property {readonly ('everysec' | 'off')[]} aof
 * @property {boolean} quick
 * @property {number | undefined} events
 * @property {string | undefined} json
 * @property {string | undefined} profile
 * @property {boolean} writeDocs
 */

/**
 * Reads the command line of `npm run bench`. A wrong value is a `Failure` that names the option and what it takes.
 * @param {readonly string[]} args
 * @returns {BenchOptions}
 */
export function parseBenchArguments(args) {
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

/** @param {readonly string[]} args */
function parse(args) {
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
    throw new Failure(`${/** @type {Error} */ (error).message.split('. ')[0] ?? ''}. Try: npm run bench -- --help`);
  }
}

/** @param {string} pattern */
function parsePattern(pattern) {
  try {
    return new RegExp(pattern);
  } catch {
    throw new Failure(`--only takes a regular expression, such as consume or latency/naive, got "${pattern}".`);
  }
}

/** @param {string} aof */
function parseAof(aof) {
  if (aof === 'both') return /** @type {const} */ (['everysec', 'off']);
  if (aof === 'everysec' || aof === 'off') return /** @type {const} */ ([aof]);
  throw new Failure(`--aof takes everysec, off or both, got "${aof}".`);
}

/**
 * @param {string} name
 * @param {string | undefined} value
 * @param {number} from
 * @param {number} to
 */
function parseWhole(name, value, from, to) {
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw new Failure(`${name} takes a whole number from ${String(from)} to ${String(to)}, got "${value}".`);
}
