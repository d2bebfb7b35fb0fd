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
  readTlsFiles,
  REDIS_TLS_VARIABLES,
  redisPlaceOf,
  tlsFilesOf,
  type RedisPlace,
  type RedisTlsFiles,
} from './redis-tls.mjs';
