export { parseRedisAddress, REDIS_FORMS, RedisAddressError, redisClientOptions } from './redis-address.mjs';
export { reasonOfFailure, tellsNothing, whyClosed } from './redis-failure.mjs';
export { readTlsFiles, REDIS_TLS_VARIABLES, redisPlaceOf, tlsFilesOf } from './redis-tls.mjs';
