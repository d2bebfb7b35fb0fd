import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface CliOptions {
  help: boolean;
  json: boolean;
  /** How long to wait for a quiet moment, in milliseconds; undefined: not at all. */
  waitMs: number | undefined;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Usage: npm run audit -- [options]

Checks the laws of the shop, on a running or stopped shop, from its streams and
read models alone. Exits 0 when all are kept, 1 when one is broken or Redis is
not there, 2 when an option is wrong.

Options:
  --wait <time>  wait until the shop is quiet, at most so long: 500ms, 60s, 2m
  --json         print the report as JSON
  --help         print this

Environment:
  REDIS_URL      where Redis is (redis://127.0.0.1:6379)
  REDIS_USERNAME, REDIS_PASSWORD
                 go before those of the URL; REDIS_PASSWORD_FILE and
                 REDIS_URL_FILE name a file that has it instead
  REDIS_TLS_CA_FILE, REDIS_TLS_CERT_FILE, REDIS_TLS_KEY_FILE
                 files for rediss://
  EVENTS_PREFIX  prefix of the shop's keys (ecommerce)
`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/**
 * Reads the command line.
 *
 * @throws UsageError that names the option, what came and what it takes
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
    // parseArgs explains at length; its first sentence says what is wrong.
    throw new UsageError(`${error.message.split('. ', 1)[0] ?? ''}. See --help.`, { cause: error });
  }
}

function durationOf(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * (UNITS[unit] ?? 0);
  throw new UsageError(`Expected --wait as a time such as 500ms, 60s or 2m, got ${JSON.stringify(text)}`);
}
