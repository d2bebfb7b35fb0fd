import { Failure } from '../failure.mjs';

const FORMS = 'redis://[user:password@]host[:port][/database], or rediss:// for TLS';

/**
 * @typedef {object} RedisAddress
 * @property {string} url as it was given; it may hold a password, so it is never shown
 * @property {string} shown host and port, fit for messages
 * @property {string} host
 * @property {number} port
 * @property {boolean} tls
 * @property {string} username
 * @property {string} password
 * @property {number} database
 */

/**
 * Reads the address of a Redis. Its error never repeats what was given, because that may hold a password.
 * @param {string} url
 * @returns {RedisAddress}
 */
export function parseRedisAddress(url) {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) throw wrong('something that is not a URL');
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') throw wrong(`a URL of ${parsed.protocol}//`);
  if (parsed.hostname === '') throw wrong('a URL without a host');
  const database = parsed.pathname.replace(/^\//, '');
  if (!/^\d{0,5}$/.test(database)) throw wrong('a path that is not the number of a database');
  const port = parsed.port === '' ? 6379 : Number(parsed.port);
  return {
    url,
    shown: `${parsed.hostname}:${String(port)}`,
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    tls: parsed.protocol === 'rediss:',
    username: decode(parsed.username),
    password: decode(parsed.password),
    database: Number(database),
  };
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('a user name or password with a bare % (write it as %25)');
  }
}

/** @param {string} got */
function wrong(got) {
  return new Failure(`REDIS_URL takes ${FORMS}; it holds ${got}.`);
}
