import {
  parseRedisAddress,
  readRedisPlace,
  RedisAddressError,
  redisPlaceOf,
  redisUrlOf,
  SettingFileError,
} from 'nestjs-event-streams/internal/address';
import { ConfigurationError, type EventsConfig } from 'nestjs-event-streams/core';
import { resolveOptions, type ResolvedOptions } from 'nestjs-event-streams/internal';
import { UsageError } from './cli-errors.js';

const DEFAULT_URL = 'redis://127.0.0.1:6379';
/** The source of events that the command line publishes, without `--source`. */
export const SOURCE = 'events_cli';

/** What the options are given to, as errors of the library name it. */
const CALLER = 'events';

/** The environment, by names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where Redis is and what the keys begin with: from options, else from the environment, else from the project.
 *
 * @throws UsageError, which never shows the address: it may hold a password
 */
export function resolveSettings(
  given: { url?: string; prefix?: string },
  env: Environment,
  project: EventsConfig,
): ResolvedOptions {
  const prefix = given.prefix ?? set(env['EVENTS_PREFIX']) ?? project.prefix;
  if (prefix === undefined) {
    throw new UsageError(
      'Expected the prefix of the keys in --prefix or EVENTS_PREFIX, such as --prefix ecommerce; got none',
    );
  }
  try {
    const url = given.url ?? redisUrlOf(env) ?? project.url ?? DEFAULT_URL;
    const resolved = resolveOptions({ redis: url, prefix, source: SOURCE }, CALLER);
    const redis = redisPlaceOf(url, given.url === undefined ? env : withoutUser(given.url, env));
    if (typeof redis === 'string') return resolved;
    // An error names the variables, because these were set.
    readRedisPlace(redis);
    return resolveOptions({ redis, prefix, source: SOURCE }, CALLER);
  } catch (error) {
    if (error instanceof RedisAddressError || error instanceof SettingFileError) {
      throw new UsageError(error.message, { cause: error });
    }
    if (!(error instanceof ConfigurationError)) throw error;
    const what = error.message
      .replace(`${CALLER}: expected redis as ioredis options or a URL`, 'Expected --url (or REDIS_URL) as a URL')
      .replace(new RegExp(`^${CALLER}: expected (\\w+)`), 'Expected --$1');
    throw new UsageError(what, { cause: error });
  }
}

/** The environment for a URL on the command line: if it names a user, the user of the environment does not count. */
function withoutUser(url: string, env: Environment): Environment {
  const { username, password } = parseRedisAddress(url);
  if (username === '' && password === '') return env;
  return { ...env, REDIS_USERNAME: '', REDIS_PASSWORD: '', REDIS_PASSWORD_FILE: '' };
}

/** A variable with an empty value counts as not set. */
function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
