import { parseRedisAddress, readRedisPlace, RedisAddressError, SettingFileError } from '../address/index.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { NAMES, placeOf, TLS_NAMES, type RedisByUrl, type RedisTarget } from './redis-target.js';

const OWN = 'the library decides it';

/** ioredis' options that would break what this library promises. */
const NOT_FOR_REDIS: Readonly<Record<string, string>> = {
  keyPrefix: 'use the option prefix',
  commandTimeout: 'use the option commandTimeoutMs; ioredis would cut reads that wait for new entries',
  blockingTimeout: 'it would cut reads whose entries are delivered already',
  commandQueue: 'no reply would find its command',
  offlineQueue: 'no reply would find its command',
  preferredSlaves: 'everything here writes, and a replica takes no writes',
  scripts: 'they could replace the commands that the library calls',
  connectionName: `${OWN}: others find workers by it`,
  socketTimeout: `${OWN}: it follows from commandTimeoutMs and consumer.blockMs`,
  disconnectTimeout: OWN,
  retryStrategy: `${OWN}: a worker goes on by itself when Redis does`,
  reconnectOnError: `${OWN}: it would send commands twice`,
};

/** Those for which only one value does no harm, and what the others would do. */
const ONE_VALUE_FOR_REDIS: Readonly<Record<string, readonly [value: unknown, why: string]>> = {
  stringNumbers: [false, 'scripts answer with numbers, and what they have applied would count as lost'],
  enableAutoPipelining: [false, 'commands would go out later than asked for, and perhaps on another connection'],
  enableReadyCheck: [true, 'it sees that Redis has loaded its data, and that a Sentinel has not named a replica'],
  readOnly: [false, 'everything here writes'],
  monitor: [false, 'such a connection takes no commands'],
  role: ['master', 'everything here writes, and a replica takes no writes'],
  protocol: [2, 'transactions compare replies with those that scripts see'],
  replyMapping: ['legacy', 'transactions compare replies with those that scripts see'],
  lazyConnect: [true, OWN],
  enableOfflineQueue: [false, 'what waits while Redis is away would have no bound'],
  autoResendUnfulfilledCommands: [false, 'a command whose reply was lost would run twice'],
  maxRetriesPerRequest: [null, `${OWN}: use commandTimeoutMs`],
  failoverDetector: [true, 'a master that is none any more goes on serving for seconds, and what it takes is lost'],
};

/**
 * Checks where Redis is said to be.
 *
 * @param caller what the options were given to, as errors name it
 * @throws ConfigurationError that names the option, and shows no value: it may be a password
 */
export function checkTarget(caller: string, value: unknown): RedisTarget {
  if (typeof value === 'string') return checkUrl(caller, value);
  if (typeof value !== 'object' || value === null) throw notUnderstood(caller, typeof value);
  const options = value as Readonly<Record<string, unknown>>;
  checkPassword(caller, options['password']);
  if (Object.hasOwn(options, 'url')) return checkByUrl(caller, options);
  for (const [option, given] of Object.entries(options)) {
    if (given === undefined) continue;
    const why = NOT_FOR_REDIS[option];
    if (why !== undefined) {
      throw new ConfigurationError(`${caller}: expected redis without ${option}, got it: ${why}`);
    }
    const [only, otherwise] = ONE_VALUE_FOR_REDIS[option] ?? [given];
    if (given !== only) {
      throw new ConfigurationError(
        `${caller}: expected redis without ${option}, or with it ${JSON.stringify(only)}, got another value: ${String(otherwise)}`,
      );
    }
  }
  return options;
}

const OF_URL: ReadonlySet<string> = new Set(['url', 'password', 'passwordFile', 'username', 'urlFile', 'tls']);

const TEXTS = ['username', 'passwordFile', 'urlFile'] as const;

function checkByUrl(caller: string, options: Readonly<Record<string, unknown>>): RedisByUrl {
  const other = Object.keys(options).find((option) => !OF_URL.has(option));
  if (other !== undefined) {
    throw new ConfigurationError(
      `${caller}: expected redis with url and ${[...OF_URL].slice(1).join(', ')} only, got ${other} with them`,
    );
  }
  checkUrl(caller, options['url']);
  const target = options as unknown as RedisByUrl;
  const unknown = Object.keys(target.tls ?? {}).find((option) => !Object.hasOwn(TLS_NAMES, option));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `${caller}: expected redis.tls with ${Object.keys(TLS_NAMES).join(', ')} only, got ${unknown}`,
    );
  }
  for (const option of TEXTS) {
    const given: unknown = target[option];
    if (given === undefined || (typeof given === 'string' && given !== '')) continue;
    const got = given === '' ? 'an empty one' : typeof given;
    throw new ConfigurationError(`${caller}: expected redis.${option} as a text that is not empty, got ${got}`);
  }
  if (target.passwordFile !== undefined && target.password !== undefined) {
    throw new ConfigurationError(`${caller}: expected redis.password or redis.passwordFile, got both`);
  }
  try {
    readRedisPlace(placeOf(target).place, NAMES);
  } catch (error) {
    if (!(error instanceof RedisAddressError || error instanceof SettingFileError)) throw error;
    const what =
      error instanceof RedisAddressError && error.part === 'tls'
        ? 'redis.tls with files for rediss://'
        : 'redis with its user and files';
    throw new ConfigurationError(`${caller}: expected ${what}: ${error.message}`);
  }
  return target;
}

function checkUrl(caller: string, value: unknown): string {
  if (typeof value !== 'string') throw notUnderstood(caller, typeof value);
  try {
    parseRedisAddress(value);
    return value;
  } catch (error) {
    if (!(error instanceof RedisAddressError)) throw error;
    throw notUnderstood(caller, `one that is not understood: ${error.message}`);
  }
}

/** @param got never the value itself: it may hold a password */
function notUnderstood(caller: string, got: string): ConfigurationError {
  return new ConfigurationError(
    `${caller}: expected redis as ioredis options or a URL such as redis://127.0.0.1:6379, got ${got}`,
  );
}

function checkPassword(caller: string, password: unknown): void {
  if (['undefined', 'string', 'function'].includes(typeof password) || password === null) return;
  throw new ConfigurationError(
    `${caller}: expected redis.password as a text, or a function that gives one, got ${typeof password}`,
  );
}
