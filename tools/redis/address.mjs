import * as address from '../../libs/events/address/index.mjs';
import { Failure } from '../failure.mjs';

/** @typedef {import('../../libs/events/address/index.mjs').RedisAddress} RedisAddress */

/**
 * Reads the address of a Redis as the event library does. Its error never repeats what was given, because that may hold a password.
 * @param {string} url
 * @returns {RedisAddress}
 */
export function parseRedisAddress(url) {
  return understood(() => address.parseRedisAddress(url));
}

/**
 * Reads the files for TLS that the environment names.
 * @param {RedisAddress} redis
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function readTlsFiles(redis, env) {
  return understood(() => address.readTlsFiles(redis, address.tlsFilesOf(env)));
}

/**
 * The URL of the Redis that the environment names, with the user and the password that it names beside: by value or as files.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string} empty where it names none
 */
export function givenRedisUrl(env) {
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

/**
 * What a process is told of where its Redis is, whatever this one was told.
 * @param {string} url
 * @returns {Record<string, string>}
 */
export function redisEnvironment(url) {
  const { username, password, passwordFile, urlFile } = address.REDIS_VARIABLES;
  return { REDIS_URL: url, [username]: '', [password]: '', [passwordFile]: '', [urlFile]: '' };
}

/**
 * @template T
 * @param {() => T} read
 * @returns {T}
 */
function understood(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof address.SettingFileError) throw new Failure(`${error.message}.`);
    if (!(error instanceof address.RedisAddressError)) throw error;
    if (error.part === 'tls' || error.part === 'credentials') throw new Failure(`${error.message}.`);
    throw new Failure(`REDIS_URL takes ${address.REDIS_FORMS}; this one is not understood: ${error.message}.`);
  }
}
