/** What a Redis address is made of, and what stands beside its URL: `tls` and `credentials`. */
export type RedisAddressPart =
  'scheme' | 'user' | 'password' | 'host' | 'port' | 'database' | 'path' | 'query' | 'fragment' | 'tls' | 'credentials';

/** Where one Redis server is. */
export interface RedisAddress {
  /** As it was given; it may hold a password, so it is never shown. */
  readonly url: string;
  /** Host and port, or the path of the socket: fit for messages. */
  readonly shown: string;
  /** A name, or an address without brackets; empty for a socket. */
  readonly host: string;
  /** 0 for a socket. */
  readonly port: number;
  /** Of a Unix socket; empty where there is a host. */
  readonly path: string;
  readonly tls: boolean;
  /** Empty where none is named. */
  readonly username: string;
  readonly password: string;
  readonly database: number;
}

/** The address of a Redis that is not understood; the message says which part and what to do, and repeats nothing of it. */
export class RedisAddressError extends Error {
  constructor(part: RedisAddressPart, reason: string);
  readonly part: RedisAddressPart;
}

/** The forms that are understood, for messages. */
export const REDIS_FORMS: string;

/**
 * Reads the address of a Redis. `redis+sentinel://`, `redis+cluster://` and their `rediss+` forms are refused as not supported yet.
 *
 * @throws RedisAddressError for whatever is not understood
 */
export function parseRedisAddress(url: string): RedisAddress;

/** Certificates and key, as their files have them (PEM). */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What ioredis connects with. @param files where the address is one of TLS */
export function redisClientOptions(
  address: RedisAddress,
  files?: RedisTls,
): {
  host?: string;
  port?: number;
  path?: string;
  username?: string;
  password?: string;
  db?: number;
  tls?: RedisTls & { servername?: string };
};
