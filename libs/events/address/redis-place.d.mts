import type { RedisAddress, redisClientOptions } from './redis-address.mjs';
import type { RedisTlsFiles } from './redis-tls.mjs';
import type { Environment } from './setting-files.mjs';

/** Where Redis is, by a URL and what does not belong into one. It is plain data, which may be given to another thread. */
export interface RedisPlaceByUrl {
  readonly url: string;
  /** The file that `url` was read from: user and password in it are read again before each connection. */
  readonly urlFile?: string | undefined;
  /** Instead of the one of the URL. */
  readonly username?: string | undefined;
  /** Instead of the one of the URL. */
  readonly password?: string | undefined;
  /** A file with the password, which goes before `password`: it is read again before each connection. */
  readonly passwordFile?: string | undefined;
  /** Of `rediss://`; they are read again before each connection. */
  readonly tls?: RedisTlsFiles | undefined;
}

/** Where Redis is, by a URL alone or with more. */
export type RedisPlace = string | RedisPlaceByUrl;

/** What messages call the parts of a place. */
export type RedisPlaceNames = Readonly<
  Record<'username' | 'password' | 'passwordFile' | 'urlFile' | keyof RedisTlsFiles, string>
>;

/** The variables of the environment that say more of a place than its URL. */
export const REDIS_VARIABLES: RedisPlaceNames;

/** `REDIS_URL`, or what is in the file of `REDIS_URL_FILE`; undefined for neither. @throws SettingFileError */
export function redisUrlOf(environment: Environment): string | undefined;

/**
 * Where Redis is, with the user, the password and the files that the environment names: they go before what the URL says.
 *
 * @throws SettingFileError where a file gives no password
 */
export function redisPlaceOf(url: string, environment: Environment): RedisPlace;

/**
 * Reads a place with its files, as they are now.
 *
 * @param names what messages call them. @default the variables of the environment
 * @returns the address with the user and the password that count, and what ioredis connects with
 * @throws RedisAddressError where something is not understood, cannot be used, or does not fit the rest
 * @throws SettingFileError where a file gives no URL or no password
 */
export function readRedisPlace(
  place: RedisPlace,
  names?: RedisPlaceNames,
): { address: RedisAddress; options: ReturnType<typeof redisClientOptions> };
