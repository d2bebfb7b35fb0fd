import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets are equal. Takes the same time for any difference and length, so that the time reveals nothing. */
export function isEqualSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
