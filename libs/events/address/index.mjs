export { parseRedisAddress, REDIS_FORMS, RedisAddressError, redisClientOptions } from './redis-address.mjs';
export { reasonOfFailure, tellsNothing, whyClosed } from './redis-failure.mjs';
export { readRedisPlace, REDIS_VARIABLES, redisPlaceOf, redisUrlOf } from './redis-place.mjs';
export { readTlsFiles, tlsFilesOf } from './redis-tls.mjs';
export { fileVariableOf, readSettingFile, secretOf, SettingFileError } from './setting-files.mjs';
