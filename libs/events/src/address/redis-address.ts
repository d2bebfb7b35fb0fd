import net from 'node:net';

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

/** Certificates and key, as their files have them (PEM). */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The forms that are understood, for messages. */
export const REDIS_FORMS = 'redis://[user:password@]host[:port][/db], rediss:// for TLS, or redis+unix:///path';

const DEFAULT_PORT = 6379;
const HIGHEST_PORT = 65_535;

const SCHEMES: Readonly<Record<string, 'tcp' | 'tls' | 'unix' | 'later'>> = {
  redis: 'tcp',
  rediss: 'tls',
  'redis+unix': 'unix',
  'redis+sentinel': 'later',
  'rediss+sentinel': 'later',
  'redis+cluster': 'later',
  'rediss+cluster': 'later',
};

/** What people write as a query, and how it is said here. */
const QUERIES: Readonly<Record<string, string>> = {
  db: 'the database goes behind the host, as in redis://host/3',
  database: 'the database goes behind the host, as in redis://host/3',
  password: 'the password goes before the host, as in redis://:password@host',
  user: 'the user goes before the host, as in redis://user:password@host',
  username: 'the user goes before the host, as in redis://user:password@host',
  tls: 'TLS is rediss://',
  ssl: 'TLS is rediss://',
};

/** What has a meaning of its own in a URL, and how it is written where it has none. */
const ESCAPES: Readonly<Record<string, string>> = { '/': '%2F', '#': '%23', '?': '%3F' };

/** The address of a Redis that is not understood; the message says which part and what to do, and repeats nothing of it. */
export class RedisAddressError extends Error {
  override readonly name = 'RedisAddressError';

  constructor(
    readonly part: RedisAddressPart,
    reason: string,
  ) {
    super(reason);
  }
}

/**
 * Reads the address of a Redis. `redis+sentinel://`, `redis+cluster://` and their `rediss+` forms are refused as not supported yet.
 *
 * @throws RedisAddressError for whatever is not understood
 */
export function parseRedisAddress(url: string): RedisAddress {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^]*)$/i.exec(url) ?? [];
  const kind = Object.hasOwn(SCHEMES, scheme.toLowerCase()) ? SCHEMES[scheme.toLowerCase()] : undefined;
  if (kind === undefined) throw wrong('scheme', `it begins with none of ${Object.keys(SCHEMES).join('://, ')}://`);
  if (kind === 'later') {
    throw wrong('scheme', `${scheme.toLowerCase()}:// is understood, but not supported yet: name one server`);
  }
  // A password with one of these in it would be cut there, and its rest be taken for something else.
  const cut = /[/?#]/.exec(rest);
  const authority = cut === null ? rest : rest.slice(0, cut.index);
  const behind = cut === null ? '' : rest.slice(cut.index);
  if (cut !== null && behind.includes('@') && (kind !== 'unix' || authority !== '')) {
    const [mark] = cut;
    throw wrong('password', `its user or password has a ${mark} as it is: write it as ${ESCAPES[mark] ?? ''}`);
  }
  const at = authority.lastIndexOf('@');
  const credentials = at === -1 ? { username: '', password: '' } : credentialsOf(authority.slice(0, at));
  const place = authority.slice(at + 1);
  const tls = kind === 'tls';
  if (kind === 'unix') {
    if (place !== '') throw wrong('host', 'its socket is on this machine, and takes no host: redis+unix:///path');
    const path = pathOf(behind);
    return { url, shown: path, host: '', port: 0, path, tls, ...credentials, database: 0 };
  }
  const { host, port, shown } = placeOf(place);
  return { url, shown, host, port, path: '', tls, ...credentials, database: databaseOf(behind) };
}

/** What ioredis connects with. @param files where the address is one of TLS */
export function redisClientOptions(
  { host, port, path, tls, username, password, database }: RedisAddress,
  files: RedisTls = {},
): {
  host?: string;
  port?: number;
  path?: string;
  username?: string;
  password?: string;
  db?: number;
  tls?: RedisTls & { servername?: string };
} {
  return {
    ...(path === '' ? { host, port } : { path }),
    ...(username === '' ? {} : { username }),
    // Who is named signs in, also with an empty password: else it would be somebody else who does.
    ...(username === '' && password === '' ? {} : { password }),
    ...(database === 0 ? {} : { db: database }),
    ...(tls ? { tls: { ...files, ...(net.isIP(host) === 0 ? { servername: host } : {}) } } : {}),
  };
}

function credentialsOf(text: string): { username: string; password: string } {
  const colon = text.indexOf(':');
  const username = decoded('user', colon === -1 ? text : text.slice(0, colon));
  const password = colon === -1 ? '' : decoded('password', text.slice(colon + 1));
  if (username !== '' && colon === -1) {
    throw wrong('password', 'it has a user and no password: redis://user:password@host, or user:@ where it is empty');
  }
  return { username, password };
}

function decoded(part: 'user' | 'password' | 'path', text: string): string {
  if (/[\s\u0000-\u001f\u007f]/.test(text)) throw wrong(part, `its ${part} has a space or a line break as it is`);
  if (/%(?![0-9a-f]{2})/i.test(text)) throw wrong(part, `its ${part} has a % as it is: write it as %25`);
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(part, `its ${part} has bytes in percent-encoding that are not UTF-8`);
  }
}

interface Place {
  host: string;
  port: number;
  shown: string;
}

function placeOf(place: string): Place {
  if (place === '') throw wrong('host', 'it has no host');
  if (place.includes(',')) throw wrong('host', 'it names several hosts: name one server');
  if (place.startsWith('[')) {
    const [, address = '', rest = ''] = /^\[([^\]]*)\](.*)$/s.exec(place) ?? [];
    const host = address.replace('%25', '%'); // before the name of an interface
    if (!net.isIPv6(host)) throw wrong('host', 'its host in brackets is no IPv6 address');
    if (rest !== '' && !rest.startsWith(':')) throw wrong('port', 'behind its host is something else than a port');
    return shownOf(`[${address}]`, host, rest);
  }
  if (place.split(':').length > 2) {
    throw wrong('host', 'its host has several colons: an IPv6 address goes into brackets, as in redis://[::1]:6379');
  }
  const [host = '', ...port] = place.split(':');
  if (!/^[\p{L}\p{N}_.-]+$/u.test(host)) throw wrong('host', 'its host is no name and no address');
  return shownOf(host, host, port.length === 0 ? '' : `:${port.join('')}`);
}

function shownOf(written: string, host: string, behind: string): Place {
  const port = behind === '' ? DEFAULT_PORT : /^:\d{1,5}$/.test(behind) ? Number(behind.slice(1)) : NaN;
  if (!(port >= 1 && port <= HIGHEST_PORT)) {
    throw wrong('port', `its port is no number from 1 to ${String(HIGHEST_PORT)}`);
  }
  return { host, port, shown: `${written}:${String(port)}` };
}

function databaseOf(behind: string): number {
  const path = withoutQuery(behind);
  if (path === '' || path === '/') return 0;
  if (!/^\/(0|[1-9]\d{0,8})$/.test(path)) {
    throw wrong('database', 'what follows its host is not the number of a database, as in redis://host/3');
  }
  return Number(path.slice(1));
}

function pathOf(behind: string): string {
  const path = decoded('path', withoutQuery(behind));
  if (!/^\/.*[^/]$/s.test(path) || path.includes('\0')) {
    throw wrong('path', 'it has no path of a socket, as in redis+unix:///run/redis.sock');
  }
  return path;
}

function withoutQuery(behind: string): string {
  const [, path = '', mark = '', rest = ''] = /^([^?#]*)([?#]?)([^]*)$/.exec(behind) ?? [];
  if (mark === '#')
    throw wrong('fragment', 'it has a #, behind which there is nothing to say; in a password it is %23');
  if (mark === '?') {
    const [, name = ''] = /^([a-z_-]{1,30})=/i.exec(rest) ?? [];
    const advice = Object.hasOwn(QUERIES, name.toLowerCase()) ? QUERIES[name.toLowerCase()] : undefined;
    const what = name === '' ? 'a query (?)' : `a query (?${name}=)`;
    throw wrong('query', `it has ${what}, which is not understood${advice === undefined ? '' : `: ${advice}`}`);
  }
  return path;
}

function wrong(part: RedisAddressPart, reason: string): RedisAddressError {
  return new RedisAddressError(part, reason);
}
