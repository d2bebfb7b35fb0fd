export {
  parseRedisAddress,
  REDIS_FORMS,
  RedisAddressError,
  redisClientOptions,
  type RedisAddress,
  type RedisAddressPart,
  type RedisTls,
} from './redis-address.mjs';
export { reasonOfFailure, tellsNothing, whyClosed } from './redis-failure.mjs';
export {
  readRedisPlace,
  REDIS_VARIABLES,
  redisPlaceOf,
  redisUrlOf,
  type RedisPlace,
  type RedisPlaceByUrl,
  type RedisPlaceNames,
} from './redis-place.mjs';
export { readTlsFiles, tlsFilesOf, type RedisTlsFiles } from './redis-tls.mjs';
export { fileVariableOf, readSettingFile, secretOf, SettingFileError, type Environment } from './setting-files.mjs';
