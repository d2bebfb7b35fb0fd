import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isEqualSecret } from '@shop/access';
import type { User } from './users-file.js';

const COOKIE = 'console-device';
const ID = /^[A-Za-z0-9_-]{22}$/;
const LIFETIME_SECONDS = 180 * 24 * 3600;

/**
 * By this cookie a browser shows that somebody has logged in with it before. It opens nothing; but the failures of others, at
 * the same address even, do not delay whoever has it: so nobody locks a user out. It is signed with what is kept of the
 * password, so that it ends with it.
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

/** The header that gives a browser such a cookie. */
export function deviceCookie(user: User): string {
  const id = randomBytes(16).toString('base64url');
  return `${COOKIE}=${id}.${markOf(id, user)}; Path=/; Max-Age=${String(LIFETIME_SECONDS)}; HttpOnly; SameSite=Strict`;
}

function markOf(id: string, { name, hash }: User): string {
  return createHmac('sha256', hash.key).update(`console-device:${name}:${id}`).digest('base64url');
}
