import { createHmac, randomBytes } from 'node:crypto';
import type { User } from './users-file.js';

/** How long a password that was right is not hashed again, in milliseconds: a page asks several times a second. */
const REMEMBERED_MS = 300_000;
const MAX_REMEMBERED = 1000;

/** A name and a password as a key that tells neither: made with a secret of this process. */
export type CredentialsKey = string & { readonly credentials: unique symbol };

/** Credentials that were right a moment ago, for as long as their user is who it was. */
export class Verified {
  private readonly secret = randomBytes(32);
  private readonly users = new Map<CredentialsKey, { user: User; untilMs: number }>();

  keyOf(name: string, password: string): CredentialsKey {
    // A name has no zero byte in it.
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

  /** Forgets all: users have changed. */
  clear(): void {
    this.users.clear();
  }
}
