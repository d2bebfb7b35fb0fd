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
 * @template T
 * @param {() => T} read
 * @returns {T}
 */
function understood(read) {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof address.RedisAddressError)) throw error;
    if (error.part === 'tls') throw new Failure(`${error.message}.`);
    throw new Failure(`REDIS_URL takes ${address.REDIS_FORMS}; this one is not understood: ${error.message}.`);
  }
}
