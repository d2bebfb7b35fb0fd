import { parseArgs } from 'node:util';

/** What the command line asks for. */
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

Makes what a shop on a protected Redis needs, once: a password for each Redis
user, the ACL file with their rules, and the operators' token. Run again it
changes nothing; interrupted it completes. It prints no secret.

  <folder>/redis/users.acl           for redis-server --aclfile
  <folder>/<user>/redis-password     for REDIS_PASSWORD_FILE
  <folder>/<user>/operator-token     for OPERATOR_TOKEN_FILE
  <folder>/<user>/tls-*.pem          with --tls, for REDIS_TLS_CA_FILE,
                                     REDIS_TLS_CERT_FILE, REDIS_TLS_KEY_FILE

Options:
  --out <folder>         where it all goes
  --redis-group <gid>    number of the group that Redis runs as: it may read the
                         ACL file and what is the inspector's
  --tls                  an authority as well, and certificates of it: for the
                         server, named redis, and for each user
  --help                 print this

Environment:
  EVENTS_PREFIX          prefix of the shop's keys (ecommerce); with another one
                         than before the ACL file changes, the passwords stay
  <USER>_REDIS_PASSWORD  such as ORDER_SERVICE_REDIS_PASSWORD, is taken instead
                         of a new one, as OPERATOR_TOKEN is;
                         <USER>_REDIS_PASSWORD_FILE and OPERATOR_TOKEN_FILE name
                         a file that has it

Exits 0 when all is there, 1 when something cannot be made, 2 when an option is
wrong.
`;

/**
 * Reads the command line.
 *
 * @throws UsageError that names the option, what came and what it takes
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
    if (!help && out === '') throw new UsageError('Expected --out with the folder that it all goes to. See --help.');
    return { help, out, redisGroup: group === undefined ? undefined : numberOf(group), tls };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    // parseArgs explains at length; its first sentence says what is wrong.
    throw new UsageError(`${error.message.split('. ', 1)[0] ?? ''}. See --help.`, { cause: error });
  }
}

function numberOf(group: string): number {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  throw new UsageError(`Expected --redis-group as the number of a group, got ${JSON.stringify(group)}. See --help.`);
}
