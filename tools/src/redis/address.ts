import * as address from 'nestjs-event-streams/address';
import { Failure } from '../failure.js';
import type { RedisAddress } from 'nestjs-event-streams/address';
import type { Environment } from '../terminal/options.js';

export type { RedisAddress };

/** Reads the address of a Redis as the event library does. Its error never repeats what was given, because that may hold a password. */
export function parseRedisAddress(url: string): RedisAddress {
  return understood(() => address.parseRedisAddress(url));
}

/** Reads the files for TLS that the environment names. */
export function readTlsFiles(redis: RedisAddress, env: Environment) {
  return understood(() => address.readTlsFiles(redis, address.tlsFilesOf(env)));
}

/**
 * The URL of the Redis that the environment names, with the user and the password that it names beside: by value or as files.
 * @returns empty where it names none
 */
export function givenRedisUrl(env: Environment): string {
  return understood(() => {
    const url = address.redisUrlOf(env);
    if (url === undefined) return '';
    const place = address.redisPlaceOf(url, env);
    if (typeof place === 'string') return url;
    const { username, password } = address.readRedisPlace(place).address;
    if (username === '' && password === '') return url;
    return url.replace(/\/\/([^@/]*@)?/, () => `//${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
  });
}

/** What a process is told of where its Redis is, whatever this one was told. */
export function redisEnvironment(url: string): Record<string, string> {
  const { username, password, passwordFile, urlFile } = address.REDIS_VARIABLES;
  return { REDIS_URL: url, [username]: '', [password]: '', [passwordFile]: '', [urlFile]: '' };
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof address.SettingFileError) throw new Failure(`${error.message}.`);
    if (!(error instanceof address.RedisAddressError)) throw error;
    if (error.part === 'tls' || error.part === 'credentials') throw new Failure(`${error.message}.`);
    throw new Failure(`REDIS_URL takes ${address.REDIS_FORMS}; this one is not understood: ${error.message}.`);
  }
}
