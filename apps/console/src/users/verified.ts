import { createHmac, randomBytes } from 'node:crypto';
import type { User } from './users-file.js';

/** How long a correct password is not hashed again, in milliseconds: a page sends several requests a second. */
const REMEMBERED_MS = 300_000;
const MAX_REMEMBERED = 1000;

/** A key for a name and a password that reveals neither: an HMAC with a secret of this process. */
export type CredentialsKey = string & { readonly credentials: unique symbol };

/** Caches correct credentials while their user does not change. */
export class Verified {
  private readonly secret = randomBytes(32);
  private readonly users = new Map<CredentialsKey, { user: User; untilMs: number }>();

  keyOf(name: string, password: string): CredentialsKey {
    // A name has no zero byte, so the parts cannot be confused.
    return createHmac('sha256', this.secret).update(`${name}\0${password}`).digest('base64') as CredentialsKey;
  }

  get(key: CredentialsKey): User | undefined {
    const known = this.users.get(key);
    if (known && known.untilMs > performance.now()) return known.user;
    this.users.delete(key);
    return undefined;
  }

  add(key: CredentialsKey, user: User): void {
    this.users.set(key, { user, untilMs: performance.now() + REMEMBERED_MS });
    if (this.users.size > MAX_REMEMBERED) {
      const [oldest] = this.users.keys();
      if (oldest !== undefined) this.users.delete(oldest);
    }
  }

  /** Clears the cache after users have changed. */
  clear(): void {
    this.users.clear();
  }
}
