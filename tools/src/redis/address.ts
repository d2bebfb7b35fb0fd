import * as address from 'nestjs-event-streams/internal/address';
import { Failure } from '../failure.js';
import type { RedisAddress } from 'nestjs-event-streams/internal/address';
import type { Environment } from '../terminal/options.js';

export type { RedisAddress };

/** Reads the address of a Redis as the event library does. Its errors never contain the URL, which may hold a password. */
export function parseRedisAddress(url: string): RedisAddress {
  return orFailure(() => address.parseRedisAddress(url));
}

/** Reads the TLS files that the environment names. */
export function readTlsFiles(redis: RedisAddress, env: Environment) {
  return orFailure(() => address.readTlsFiles(redis, address.tlsFilesOf(env)));
}

/**
 * The URL of the Redis that the environment names. User and password of variables of their own, or of files, are put into it.
 * @returns '' if the environment names no Redis
 */
export function givenRedisUrl(env: Environment): string {
  return orFailure(() => {
    const url = address.redisUrlOf(env);
    if (url === undefined) return '';
    const place = address.redisPlaceOf(url, env);
    if (typeof place === 'string') return url;
    const { username, password } = address.readRedisPlace(place).address;
    if (username === '' && password === '') return url;
    return url.replace(/\/\/([^@/]*@)?/, () => `//${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
  });
}

/** The variables that give a child process its Redis. They also unset those that this process has inherited. */
export function redisEnvironment(url: string): Record<string, string> {
  const { username, password, passwordFile, urlFile } = address.REDIS_VARIABLES;
  return { REDIS_URL: url, [username]: '', [password]: '', [passwordFile]: '', [urlFile]: '' };
}

/** Turns an error about the address into a `Failure`. */
function orFailure<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof address.SettingFileError) throw new Failure(`${error.message}.`);
    if (!(error instanceof address.RedisAddressError)) throw error;
    if (error.part === 'tls' || error.part === 'credentials') throw new Failure(`${error.message}.`);
    throw new Failure(`REDIS_URL takes ${address.REDIS_FORMS}. The given one is not valid: ${error.message}.`);
  }
}
