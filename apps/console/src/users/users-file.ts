import { parseHash, type PasswordHash } from './password.js';

/** A viewer may read; an operator may also make changes. */
export type Role = 'viewer' | 'operator';

/** A user of the console. */
export interface User {
  name: string;
  role: Role;
  hash: PasswordHash;
}

/** The file of users is invalid; the message has the line. */
export class UsersFileError extends Error {
  override readonly name = 'UsersFileError';
}

const MAX_USERS = 1000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** The rule for a user's name, in words. */
export const NAME_RULE = '1 to 64 letters, digits, ".", "_", "@" and "-", with a letter or a digit first';

/** Whether it is a valid name of a user. */
export function isUserName(name: string): boolean {
  return NAME.test(name);
}

/** Whether it is the name of a role. */
export function isRole(text: string | undefined): text is Role {
  return text === 'viewer' || text === 'operator';
}

/**
 * Reads the users of a file: one a line, `name:role:scrypt$…`; empty lines and those that begin with `#` are ignored.
 *
 * @throws UsersFileError with the line's number, and without any part of a hash
 */
export function parseUsers(text: string): ReadonlyMap<string, User> {
  const users = new Map<string, User>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const user = userOf(line.trim());
    const refuse = (expected: string): never => {
      throw new UsersFileError(`line ${String(index + 1)}: expected ${expected}`);
    };
    if (typeof user === 'string') return refuse(user);
    if (users.has(user.name)) return refuse(`each name once, got ${user.name} again`);
    if (users.size >= MAX_USERS) return refuse(`at most ${String(MAX_USERS)} users`);
    users.set(user.name, user);
  }
  if (users.size === 0) throw new UsersFileError('expected at least one user, got none');
  return users;
}

/** @returns the user, or what was expected if the line is invalid */
function userOf(line: string): User | string {
  const [name = '', role, hash, ...rest] = line.split(':');
  if (hash === undefined || rest.length > 0) return 'name:role:hash';
  if (!isUserName(name)) return `a name of ${NAME_RULE}`;
  if (!isRole(role)) return 'the role viewer or operator';
  const parsed = parseHash(hash);
  return typeof parsed === 'string' ? parsed : { name, role, hash: parsed };
}
