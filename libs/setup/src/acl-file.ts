import { createHash } from 'node:crypto';
import { rulesOf } from './rules.js';
import { USERS, type User } from './users.js';

/**
 * The user `default` is off and has no password, so nobody can connect without a user name. It must keep its rights: the server
 * replays its append-only file as this user, and silently skips commands of scripts and transactions that the user has no right to
 * (Redis 7 and 8; Valkey until https://github.com/valkey-io/valkey/pull/3984).
 */
const NO_DEFAULT = 'user default reset off ~* &* +@all';

/**
 * The ACL file of the shop's Redis: a line for each user, with the SHA-256 of its password. Each line can also be used as arguments of
 * `ACL SETUSER`: it begins with `reset`, which removes the user's previous rules.
 */
export function aclFile(passwords: Readonly<Record<User, string>>, prefix: string): string {
  const lines = USERS.map(
    (user) => `user ${user} reset on #${sha256(passwords[user])} ${rulesOf(user, prefix).join(' ')}`,
  );
  return [NO_DEFAULT, ...lines, ''].join('\n');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
