import type { RedisOptions } from 'ioredis';
import { readRedisPlace, type RedisPlaceByUrl, type RedisPlaceNames, type RedisTlsFiles } from '../address/index.js';
import type { CredentialSources, PasswordSource } from './changing-credentials.js';

export type { RedisTlsFiles } from '../address/index.js';

/** Where Redis is, by a URL and what does not belong into one. */
export interface RedisByUrl {
  /** `redis://127.0.0.1:6379`, or for TLS or a Unix socket `rediss://…`, `redis+unix:///…`. */
  readonly url: string;
  /** The file that `url` was read from: user and password in it are read again before each connection. */
  readonly urlFile?: string | undefined;
  /** Instead of the one of the URL. */
  readonly username?: string | undefined;
  /** Instead of the one of the URL; a function is asked before each connection. */
  readonly password?: string | PasswordSource | undefined;
  /** A file with the password, instead of `password`: it is read again before each connection. */
  readonly passwordFile?: string | undefined;
  /** Files of `rediss://`; they are read again before each connection. */
  readonly tls?: RedisTlsFiles | undefined;
}

/** ioredis' options, of which some are not allowed; `password` may be a function that is asked before each connection. */
export type RedisClientOptions = Omit<RedisOptions, 'password'> & { password?: string | PasswordSource | undefined };

/** Where Redis is: a `redis://`, `rediss://` or `redis+unix://` URL, alone or with more, or ioredis' options (Sentinels, TLS, a Unix socket). */
export type RedisTarget = string | RedisByUrl | RedisClientOptions;

/** How ioredis connects. */
export interface Connecting {
  /** As they are now. */
  options: RedisOptions;
  /** What is asked for before each connection; undefined for nothing. */
  sources: CredentialSources | undefined;
  hasFixedPassword: boolean;
}

/** How ioredis connects to a target. */
export function connectingTo(target: RedisTarget): Connecting {
  if (typeof target !== 'string' && !isByUrl(target)) {
    const { password, ...options } = target;
    if (typeof password === 'function') return { options, sources: { password }, hasFixedPassword: false };
    return { options: { ...options, ...(password && { password }) }, sources: undefined, hasFixedPassword: true };
  }
  const { place, password } = placeOf(target);
  const read = () => readRedisPlace(place, NAMES).options;
  const { passwordFile, urlFile, tls }: Partial<RedisPlaceByUrl> = typeof place === 'string' ? {} : place;
  const hasFixedPassword = password === undefined && passwordFile === undefined && urlFile === undefined;
  const files = hasFixedPassword && tls === undefined ? undefined : read;
  return { options: read(), sources: files && { password, files }, hasFixedPassword };
}

/** Host and port, or what there is instead of them: fit for messages, without secrets. */
export function addressOf(options: RedisOptions): string {
  if (options.sentinels)
    return options.sentinels.map(({ host, port }) => `${host ?? '?'}:${String(port ?? 26379)}`).join(',');
  return options.path ?? `${options.host ?? '127.0.0.1'}:${String(options.port ?? 6379)}`;
}

/** What messages call the files of `rediss://`. */
export const TLS_NAMES = { caFile: 'redis.tls.caFile', certFile: 'redis.tls.certFile', keyFile: 'redis.tls.keyFile' };

/** What messages call the parts of a place. */
export const NAMES: RedisPlaceNames = {
  username: 'redis.username',
  password: 'redis.password',
  passwordFile: 'redis.passwordFile',
  urlFile: 'redis.urlFile',
  ...TLS_NAMES,
};

/** The place of a target, and its password where that is a function: the place then has an empty one. */
export function placeOf(target: string | RedisByUrl): { place: string | RedisPlaceByUrl; password?: PasswordSource } {
  if (typeof target === 'string') return { place: target };
  const { password, ...rest } = target;
  if (typeof password !== 'function') return { place: { ...rest, password } };
  return { place: { ...rest, password: '' }, password };
}

function isByUrl(target: RedisByUrl | RedisClientOptions): target is RedisByUrl {
  return Object.hasOwn(target, 'url');
}
