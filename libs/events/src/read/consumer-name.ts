import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** A name that no other worker has: two workers of one name would take each other's pending entries for their own. */
export function newConsumerName(): string {
  return `${hostname()}-${String(process.pid)}-${randomBytes(3).toString('hex')}`;
}
