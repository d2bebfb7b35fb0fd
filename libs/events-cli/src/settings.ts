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
/** Who publishes with the command line, unless it says otherwise. */
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
    throw new UsageError('Expected the prefix of the keys by --prefix or EVENTS_PREFIX, such as --prefix ecommerce');
  }
  try {
    const url = given.url ?? redisUrlOf(env) ?? project.url ?? DEFAULT_URL;
    const resolved = resolveOptions({ redis: url, prefix, source: SOURCE }, CALLER);
    const redis = redisPlaceOf(url, given.url === undefined ? env : withoutUser(given.url, env));
    if (typeof redis === 'string') return resolved;
    // Told by the names of the variables, which are what was set.
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

/** The environment for a URL that was written by hand: who is named in it signs in, and nobody else. */
function withoutUser(url: string, env: Environment): Environment {
  const { username, password } = parseRedisAddress(url);
  if (username === '' && password === '') return env;
  return { ...env, REDIS_USERNAME: '', REDIS_PASSWORD: '', REDIS_PASSWORD_FILE: '' };
}

/** A variable that is set to nothing counts as not set. */
function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
