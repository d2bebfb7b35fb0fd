import { parseRedisAddress, readTlsFiles, RedisAddressError, redisPlaceOf } from '../../address/index.mjs';
import { resolveOptions, type ResolvedOptions } from '../module/options.js';
import { ConfigurationError } from '../errors.js';
import { UsageError } from './cli-errors.js';
import type { EventsConfig } from './project.js';

const DEFAULT_URL = 'redis://127.0.0.1:6379';
/** Who publishes with the command line, unless it says otherwise. */
export const SOURCE = 'events_cli';

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
  const url = given.url ?? set(env['REDIS_URL']) ?? project.url ?? DEFAULT_URL;
  try {
    const redis = redisPlaceOf(url, env);
    const resolved = resolveOptions({ redis: url, prefix, source: SOURCE });
    if (typeof redis === 'string') return resolved;
    // Told by the names of the variables, which are what was set.
    readTlsFiles(parseRedisAddress(url), redis.tls);
    return resolveOptions({ redis, prefix, source: SOURCE });
  } catch (error) {
    if (error instanceof RedisAddressError) throw new UsageError(error.message, { cause: error });
    if (!(error instanceof ConfigurationError)) throw error;
    const what = error.message
      .replace('EventsModule: expected redis as ioredis options or a URL', 'Expected --url (or REDIS_URL) as a URL')
      .replace(/^EventsModule: expected (\w+)/, 'Expected --$1');
    throw new UsageError(what, { cause: error });
  }
}

/** A variable that is set to nothing counts as not set. */
function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
