import { parseArgs } from 'node:util';

/** The options of the command line. */
export interface CliOptions {
  help: boolean;
  json: boolean;
  /** How long to wait at most until the shop is quiet, in milliseconds; undefined: not at all. */
  waitMs: number | undefined;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Usage: npm run audit -- [options]

Checks the laws of a running or stopped shop, by its streams and read models
only. Exit code 0: all laws are kept. 1: a law is broken, or Redis cannot be
reached. 2: an option is wrong.

Options:
  --wait <time>  wait at most so long until the shop is quiet: 500ms, 60s, 2m
  --json         print the report as JSON
  --help         print this text

Environment:
  REDIS_URL      the address of Redis (default redis://127.0.0.1:6379)
  REDIS_USERNAME, REDIS_PASSWORD
                 override those of the URL
  REDIS_URL_FILE, REDIS_PASSWORD_FILE
                 files that hold the value instead
  REDIS_TLS_CA_FILE, REDIS_TLS_CERT_FILE, REDIS_TLS_KEY_FILE
                 files for rediss://
  EVENTS_PREFIX  the prefix of the shop's keys (default ecommerce)
`;

/** Read here, and not by another package's code: the audit shares none. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/**
 * Reads the command line.
 *
 * @throws UsageError that names the option, the value and what the option takes
 */
export function parseOptions(argv: readonly string[]): CliOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' }, wait: { type: 'string' } },
    });
    const { help = false, json = false, wait } = values;
    return { help, json, waitMs: wait === undefined ? undefined : durationOf(wait) };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    // The first sentence of parseArgs' message says what is wrong. The others are about other uses of parseArgs.
    throw new UsageError(`${error.message.split('. ', 1)[0] ?? ''}. See --help.`, { cause: error });
  }
}

function durationOf(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * (UNITS[unit] ?? 0);
  throw new UsageError(`Expected --wait as a time such as 500ms, 60s or 2m, got ${JSON.stringify(text)}`);
}
