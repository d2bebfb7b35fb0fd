import { parseArgs } from 'node:util';

/** The options of the command line. */
export interface CliOptions {
  help: boolean;
  out: string;
  redisGroup: number | undefined;
  tls: boolean;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `Usage: npx shop-setup --out <folder> [options]

Creates what a shop on a protected Redis needs: a password for each Redis user,
the ACL file with their rules, and the operators' token. Files that exist are
kept, so it can be run again, also after an interruption. It prints no secret.

  <folder>/redis/users.acl           for redis-server --aclfile
  <folder>/<user>/redis-password     for REDIS_PASSWORD_FILE
  <folder>/<user>/operator-token     for OPERATOR_TOKEN_FILE
  <folder>/<user>/tls-*.pem          with --tls, for REDIS_TLS_CA_FILE,
                                     REDIS_TLS_CERT_FILE, REDIS_TLS_KEY_FILE

Options:
  --out <folder>         the folder of all files
  --redis-group <gid>    the id of Redis' group: it may read the ACL file and the
                         files of the inspector
  --tls                  also create an authority, and certificates for the
                         server (named redis) and for each user
  --help                 print this text

Environment:
  EVENTS_PREFIX          the prefix of the shop's keys (default ecommerce); a new
                         prefix changes the ACL file, and keeps the passwords
  <USER>_REDIS_PASSWORD  such as ORDER_SERVICE_REDIS_PASSWORD: used instead of a
  OPERATOR_TOKEN         new secret
  <USER>_REDIS_PASSWORD_FILE, OPERATOR_TOKEN_FILE
                         files that hold the value instead

Exit code 0: all files exist. 1: a file cannot be created. 2: an option is wrong.
`;

/**
 * Reads the command line.
 *
 * @throws UsageError that names the option, the value and what the option takes
 */
export function parseOptions(argv: readonly string[]): CliOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        out: { type: 'string' },
        'redis-group': { type: 'string' },
        tls: { type: 'boolean' },
      },
    });
    const { help = false, out = '', 'redis-group': group, tls = false } = values;
    if (!help && out === '') throw new UsageError('Expected --out with the folder of the files. See --help.');
    return { help, out, redisGroup: group === undefined ? undefined : numberOf(group), tls };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    // The first sentence of parseArgs' message says what is wrong. The others are about other uses of parseArgs.
    throw new UsageError(`${error.message.split('. ', 1)[0] ?? ''}. See --help.`, { cause: error });
  }
}

function numberOf(group: string): number {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  throw new UsageError(
    `Expected --redis-group as the id of a group, a number, got ${JSON.stringify(group)}. See --help.`,
  );
}
