import { createHash } from 'node:crypto';
import { rulesOf } from './rules.js';
import { USERS, type User } from './users.js';

/**
 * Nobody comes in without a name, nor as `default`, which is off and has no password. It keeps its rights all the same: as it a
 * server reads its own append-only file, and whatever of a script or a MULTI it may not do is left out then, without an error
 * (Redis 7 and 8; Valkey until https://github.com/valkey-io/valkey/pull/3984).
 */
const NO_DEFAULT = 'user default reset off ~* &* +@all';

/**
 * The ACL file of the shop's Redis: a line for each user, with SHA-256 of its password. Each line does as words of `ACL SETUSER`,
 * too: it begins with `reset`, so that nothing of what the user had before stays.
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
