import { parseRedisAddress, RedisAddressError, redisClientOptions } from './redis-address.mjs';
import { readTlsFiles, REDIS_TLS_VARIABLES, tlsFilesOf } from './redis-tls.mjs';
import { fileVariableOf, givenOf, readSettingFile, secretOf } from './setting-files.mjs';

/** @type {typeof import('./redis-place.mjs').REDIS_VARIABLES} */
export const REDIS_VARIABLES = {
  username: 'REDIS_USERNAME',
  password: 'REDIS_PASSWORD',
  passwordFile: fileVariableOf('REDIS_PASSWORD'),
  urlFile: fileVariableOf('REDIS_URL'),
  ...REDIS_TLS_VARIABLES,
};

/** @type {typeof import('./redis-place.mjs').redisUrlOf} */
export function redisUrlOf(environment) {
  return secretOf(environment, 'REDIS_URL');
}

/** @type {typeof import('./redis-place.mjs').redisPlaceOf} */
export function redisPlaceOf(url, environment) {
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

/** @type {typeof import('./redis-place.mjs').readRedisPlace} */
export function readRedisPlace(place, names = REDIS_VARIABLES) {
  const given = typeof place === 'string' ? { url: place } : place;
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
