/**
 * Where Redis is, read from one notation by all: the library, its command line, the shop's apps, the audit and the tools. It has no
 * dependencies: the audit shares no other code with the library.
 */
export {
  parseRedisAddress,
  REDIS_FORMS,
  RedisAddressError,
  redisClientOptions,
  type RedisAddress,
  type RedisAddressPart,
  type RedisTls,
} from './redis-address.js';
export { reasonOfFailure, tellsNothing, whyClosed } from './redis-failure.js';
export {
  readRedisPlace,
  REDIS_VARIABLES,
  redisPlaceOf,
  redisUrlOf,
  type RedisPlace,
  type RedisPlaceByUrl,
  type RedisPlaceNames,
} from './redis-place.js';
export { readTlsFiles, tlsFilesOf, type RedisTlsFiles } from './redis-tls.js';
export { fileVariableOf, readSettingFile, secretOf, SettingFileError, type Environment } from './setting-files.js';
