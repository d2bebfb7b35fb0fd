import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isEqualSecret } from '@shop/access';
import type { User } from './users-file.js';

const COOKIE = 'console-device';
const ID = /^[A-Za-z0-9_-]{22}$/;
const LIFETIME_SECONDS = 180 * 24 * 3600;

/**
 * A cookie that shows that a user has logged in with this browser before. It grants no access, but failed log-ins of others do not delay
 * its owner, even at the same address: so no one can lock a user out. It is signed with the user's password hash, so that a new password
 * makes it invalid.
 */
export function deviceOf(request: IncomingMessage, user: User | undefined): string | null {
  if (!user) return null;
  const cookies = (request.headers.cookie ?? '').slice(0, 4096).split(/;\s*/);
  for (const cookie of cookies) {
    const [, id = '', mark = ''] = /^console-device=([^.]+)\.(.+)$/.exec(cookie) ?? [];
    if (ID.test(id) && isEqualSecret(mark, markOf(id, user))) return id;
  }
  return null;
}

/** The Set-Cookie header for this cookie. */
export function deviceCookie(user: User): string {
  const id = randomBytes(16).toString('base64url');
  return `${COOKIE}=${id}.${markOf(id, user)}; Path=/; Max-Age=${String(LIFETIME_SECONDS)}; HttpOnly; SameSite=Strict`;
}

function markOf(id: string, { name, hash }: User): string {
  return createHmac('sha256', hash.key).update(`console-device:${name}:${id}`).digest('base64url');
}
