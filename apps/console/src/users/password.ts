import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** The cost parameters of scrypt: with the numbers below, a hash takes 32 MiB and about 0.1 s. */
interface Cost {
  /** Binary logarithm of N: memory is 128 · r · N bytes. */
  logN: number;
  r: number;
  p: number;
}

/** The stored hash of a password. */
export interface PasswordHash extends Cost {
  salt: Buffer;
  key: Buffer;
}

const COST: Cost = { logN: 15, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** The limits for a hash from elsewhere: cheaper ones do not protect, and more expensive ones overload the console. */
const MIN_COST: Cost = { logN: 14, r: 8, p: 1 };
const MAX_COST: Cost = { logN: 16, r: 8, p: 8 };

const FORMAT = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22,86})\$([A-Za-z0-9_-]{43,86})$/;

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** Hashes a password with a new salt, on a thread of libuv. */
export async function hashOf(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  return { ...COST, salt, key: await keyOf(password, { ...COST, salt }, KEY_BYTES) };
}

/** A hash that no password matches: comparing takes as long as with a user's hash. */
export function hashOfNone(): PasswordHash {
  return { ...COST, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) };
}

/** Whether a password matches the hash, in constant time, on a thread of libuv. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await keyOf(password, hash, hash.key.length), hash.key);
}

/** `scrypt$15$8$1$salt$key`: log N, r, p, salt and key in base64url. */
export function textOfHash({ logN, r, p, salt, key }: PasswordHash): string {
  return ['scrypt', logN, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Parses the text of {@link textOfHash}. @returns the hash, or what was expected if it is invalid */
export function parseHash(text: string): PasswordHash | string {
  const [, logN, r, p, salt = '', key = ''] = FORMAT.exec(text) ?? [];
  if (logN === undefined) return 'a hash as `npm run console:user` makes it: scrypt$15$8$1$salt$key';
  const cost: Cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  for (const name of ['logN', 'r', 'p'] as const) {
    if (cost[name] < MIN_COST[name] || cost[name] > MAX_COST[name])
      return `scrypt with ${name} from ${String(MIN_COST[name])} to ${String(MAX_COST[name])}`;
  }
  return { ...cost, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
}

function keyOf(password: string, { logN, r, p, salt }: Cost & { salt: Buffer }, bytes: number): Promise<Buffer> {
  const N = 2 ** logN;
  // Normalizes Unicode: the same text in another form is the same password.
  return derive(password.normalize('NFC'), salt, bytes, { N, r, p, maxmem: 129 * N * r + 2 ** 20 });
}
