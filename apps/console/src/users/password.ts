import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** What a hash costs whoever tries passwords, and us: with the numbers below 32 MiB and about 0.1 s. */
interface Cost {
  /** Binary logarithm of N: memory is 128 · r · N bytes. */
  logN: number;
  r: number;
  p: number;
}

/** A password as it is kept. */
export interface PasswordHash extends Cost {
  salt: Buffer;
  key: Buffer;
}

const COST: Cost = { logN: 15, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Of a hash that somebody else has made: weaker ones are no protection, and dearer ones a burden. */
const LEAST: Cost = { logN: 14, r: 8, p: 1 };
const MOST: Cost = { logN: 16, r: 8, p: 8 };

const FORMAT = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22,86})\$([A-Za-z0-9_-]{43,86})$/;

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** Makes a hash of a password, with a salt of its own; on a thread of libuv. */
export async function hashOf(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  return { ...COST, salt, key: await keyOf(password, { ...COST, salt }, KEY_BYTES) };
}

/** A hash of no password: to compare one with it takes as long as with a user's. */
export function hashOfNone(): PasswordHash {
  return { ...COST, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) };
}

/** Whether a password is the one that was hashed; takes as long for a wrong one. On a thread of libuv. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await keyOf(password, hash, hash.key.length), hash.key);
}

/** `scrypt$15$8$1$salt$key`: log N, r, p, salt and key in base64url. */
export function textOfHash({ logN, r, p, salt, key }: PasswordHash): string {
  return ['scrypt', logN, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Reads what {@link textOfHash} has written. @returns why it cannot be read, where it cannot */
export function parseHash(text: string): PasswordHash | string {
  const [, logN, r, p, salt = '', key = ''] = FORMAT.exec(text) ?? [];
  if (logN === undefined) return 'a hash as `npm run console:user` makes it: scrypt$15$8$1$salt$key';
  const cost: Cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  for (const name of ['logN', 'r', 'p'] as const) {
    if (cost[name] < LEAST[name] || cost[name] > MOST[name])
      return `scrypt with ${name} from ${String(LEAST[name])} to ${String(MOST[name])}`;
  }
  return { ...cost, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
}

function keyOf(password: string, { logN, r, p, salt }: Cost & { salt: Buffer }, bytes: number): Promise<Buffer> {
  const N = 2 ** logN;
  // The same text in another form of Unicode is the same password.
  return derive(password.normalize('NFC'), salt, bytes, { N, r, p, maxmem: 129 * N * r + 2 ** 20 });
}
