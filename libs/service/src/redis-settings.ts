import { ValidateBy, type ValidationArguments } from 'class-validator';
import {
  parseRedisAddress,
  readRedisPlace,
  readTlsFiles,
  RedisAddressError,
  tlsFilesOf,
} from 'nestjs-event-streams/internal/address';

/** The URL of Redis, from the environment. The message says which part is not valid, and shows nothing of the URL. */
export function RedisUrlSetting(): PropertyDecorator {
  return checkedBy('redisUrl', ({ value }) => {
    const problem = problemOf(() => parseRedisAddress(String(value)));
    return problem === undefined ? undefined : `takes a URL such as redis://127.0.0.1:6379: ${problem}`;
  });
}

/** The Redis user, from the environment. */
export function RedisUserSetting(): PropertyDecorator {
  return checkedBy('redisUser', ({ value, property, object }) => {
    const { REDIS_URL: url, REDIS_PASSWORD: password } = object as { REDIS_URL: string; REDIS_PASSWORD: string };
    if (value === '' || password !== '' || problemOf(() => parseRedisAddress(url)) !== undefined) return undefined;
    return withoutName(
      property,
      problemOf(() => readRedisPlace({ url, username: String(value) })),
    );
  });
}

/** A TLS file for Redis, from the environment. */
export function RedisTlsFileSetting(): PropertyDecorator {
  return checkedBy('redisTlsFile', ({ property, object }) => {
    const settings = object as Readonly<Record<string, unknown>>;
    const url = String(settings['REDIS_URL']);
    // A wrong URL is reported for REDIS_URL only.
    if (problemOf(() => parseRedisAddress(url)) !== undefined) return undefined;
    const problem = problemOf(() => readTlsFiles(parseRedisAddress(url), tlsFilesOf(settings)));
    return withoutName(property, problem);
  });
}

/** Removes the variable's name from the beginning of its problem; undefined for problems of other variables. */
function withoutName(name: string, problem: string | undefined): string | undefined {
  return problem?.startsWith(name) ? problem.slice(name.length).replace(/^,? /, '') : undefined;
}

/** @param problemWith returns what is wrong, without the variable's name; undefined if nothing is */
function checkedBy(name: string, problemWith: (about: ValidationArguments) => string | undefined): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (_value, about) => about !== undefined && problemWith(about) === undefined,
      defaultMessage: (about) => (about && problemWith(about)) ?? 'is not valid',
    },
  });
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof RedisAddressError) return error.message;
    throw error;
  }
}
