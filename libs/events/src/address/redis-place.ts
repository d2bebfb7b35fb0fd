import { parseRedisAddress, RedisAddressError, redisClientOptions, type RedisAddress } from './redis-address.js';
import { readTlsFiles, REDIS_TLS_VARIABLES, tlsFilesOf, type RedisTlsFiles } from './redis-tls.js';
import { fileVariableOf, givenOf, readSettingFile, secretOf, type Environment } from './setting-files.js';

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
export const REDIS_VARIABLES: RedisPlaceNames = {
  username: 'REDIS_USERNAME',
  password: 'REDIS_PASSWORD',
  passwordFile: fileVariableOf('REDIS_PASSWORD'),
  urlFile: fileVariableOf('REDIS_URL'),
  ...REDIS_TLS_VARIABLES,
};

/** `REDIS_URL`, or what is in the file of `REDIS_URL_FILE`; undefined for neither. @throws SettingFileError */
export function redisUrlOf(environment: Environment): string | undefined {
  return secretOf(environment, 'REDIS_URL');
}

/**
 * Where Redis is, with the user, the password and the files that the environment names: they go before what the URL says.
 *
 * @throws SettingFileError where a file gives no password
 */
export function redisPlaceOf(url: string, environment: Environment): RedisPlace {
  const tls = tlsFilesOf(environment);
  const username = givenOf(environment, REDIS_VARIABLES.username);
  const passwordFile = givenOf(environment, REDIS_VARIABLES.passwordFile);
  const password = secretOf(environment, REDIS_VARIABLES.password);
  const urlFile = givenOf(environment, REDIS_VARIABLES.urlFile);
  const beside = {
    ...(username === undefined ? {} : { username }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
    ...(password === undefined || passwordFile !== undefined ? {} : { password }),
    ...(urlFile === undefined || readSettingFile(REDIS_VARIABLES.urlFile, urlFile) !== url ? {} : { urlFile }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
  return Object.keys(beside).length === 0 ? url : { url, ...beside };
}

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
  names: RedisPlaceNames = REDIS_VARIABLES,
): { address: RedisAddress; options: ReturnType<typeof redisClientOptions> } {
  const given: RedisPlaceByUrl = typeof place === 'string' ? { url: place } : place;
  const { url, urlFile, passwordFile, tls = {} } = given;
  const parsed = parseRedisAddress(url);
  // Where it is stays as it was at the start; who signs in is as it is now.
  const now = urlFile === undefined ? parsed : parseRedisAddress(readSettingFile(names.urlFile, urlFile));
  const username = given.username ?? now.username;
  const beside = passwordFile === undefined ? given.password : readSettingFile(names.passwordFile, passwordFile);
  if (given.username !== undefined && beside === undefined && now.username === '' && now.password === '') {
    throw new RedisAddressError(
      'credentials',
      `${names.username} is set, and no password: set ${names.password} or ${names.passwordFile}`,
    );
  }
  const address = { ...parsed, username, password: beside ?? now.password };
  return { address, options: redisClientOptions(address, readTlsFiles(address, tls, names)) };
}
