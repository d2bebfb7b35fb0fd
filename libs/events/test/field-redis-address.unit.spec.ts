import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseRedisAddress,
  RedisAddressError,
  redisClientOptions,
  type RedisAddressPart,
} from '../src/address/index.js';
import { resolveOptions } from '../src/options/options.js';

/** The address's error; a failure where there is none. */
function refusalOf(url: string): RedisAddressError {
  try {
    parseRedisAddress(url);
  } catch (error) {
    if (error instanceof RedisAddressError) return error;
    throw error;
  }
  throw new Error('It was understood');
}

describe('the address of a Redis', () => {
  it.each<[string, Partial<ReturnType<typeof parseRedisAddress>>]>([
    ['redis://localhost', { host: 'localhost', port: 6379, tls: false, username: '', password: '', database: 0 }],
    ['redis://localhost/', { database: 0 }],
    ['REDIS://localhost:1/0', { port: 1, database: 0, shown: 'localhost:1' }],
    ['redis://my_redis.svc-1:65535/15', { host: 'my_redis.svc-1', port: 65_535, database: 15 }],
    [
      'rediss://ada:p%40ss%2Fw%23rd%25@redis.example.com:7000/3',
      { tls: true, username: 'ada', password: 'p@ss/w#rd%' },
    ],
    ['redis://:s:e@cret@localhost', { username: '', password: 's:e@cret' }],
    ['redis://a%3Ab%C3%A9:@localhost', { username: 'a:bé', password: '' }],
    ['redis://:@localhost', { username: '', password: '' }],
    ['redis://[::1]:6380', { host: '::1', port: 6380, shown: '[::1]:6380' }],
    ['redis://[fe80::1%25eth0]', { host: 'fe80::1%eth0' }],
    ['redis+unix:///run/a%20b.sock', { path: '/run/a b.sock', host: '', shown: '/run/a b.sock' }],
    ['redis+unix:///run/a@b.sock', { path: '/run/a@b.sock', password: '' }],
    ['redis+unix://:secret@/run/redis.sock', { path: '/run/redis.sock', password: 'secret' }],
  ])('%s is understood', (url, parts) => {
    expect(parseRedisAddress(url)).toMatchObject(parts);
  });

  it.each<[string, RedisAddressPart, RegExp]>([
    ['', 'scheme', /redis:\/\//],
    ['geheim', 'scheme', /rediss:\/\//],
    ['localhost:6379', 'scheme', /begins with none of/],
    ['http://:geheim@host', 'scheme', /begins with none of/],
    ['redis:/:geheim@host', 'scheme', /begins with none of/],
    ['redis+sentinel://:geheim@a:1,b:2/master', 'scheme', /redis\+sentinel:\/\/ is understood, but not supported yet/],
    ['rediss+sentinel://a:1/master', 'scheme', /not supported yet/],
    ['redis+cluster://a:1,b:2', 'scheme', /redis\+cluster:\/\/ is understood, but not supported yet/],
    ['rediss+cluster://:geheim@a:1', 'scheme', /not supported yet/],
    ['redis://:gehe%im@host', 'password', /% as it is: write it as %25/],
    ['redis://ge%heim:x@host', 'user', /% as it is: write it as %25/],
    ['redis://:geheim%ff@host', 'password', /not UTF-8/],
    ['redis://:gehe/im@host', 'password', /a \/ as it is: write it as %2F/],
    ['redis://:gehe#im@host', 'password', /a # as it is: write it as %23/],
    ['redis://:gehe?im@host', 'password', /a \? as it is: write it as %3F/],
    ['redis://:ge heim@host', 'password', /space/],
    ['redis://geheim@host', 'password', /a user and no password/],
    ['redis://', 'host', /no host/],
    ['redis:///3', 'host', /no host/],
    ['redis://:geheim@', 'host', /no host/],
    ['redis://a,b', 'host', /several hosts/],
    ['redis://::1', 'host', /brackets/],
    ['redis://[::g]', 'host', /IPv6/],
    ['redis://a b', 'host', /no name and no address/],
    ['redis://a%20b', 'host', /no name and no address/],
    ['redis://host\n', 'port', /./],
    ['redis://host:', 'port', /from 1 to 65535/],
    ['redis://host:0', 'port', /from 1 to 65535/],
    ['redis://host:65536', 'port', /from 1 to 65535/],
    ['redis://host:6379x', 'port', /from 1 to 65535/],
    ['redis://user:geheim', 'port', /from 1 to 65535/],
    ['redis://[::1]6379', 'port', /else than a port/],
    ['redis://host/cache', 'database', /number of a database/],
    ['redis://host/1.5', 'database', /number of a database/],
    ['redis://host/3/', 'database', /number of a database/],
    ['redis://host//3', 'database', /number of a database/],
    ['redis://host/-1', 'database', /number of a database/],
    ['redis://host/03', 'database', /number of a database/],
    ['redis://host?db=3', 'query', /\?db=.*redis:\/\/host\/3/],
    ['redis://host/3?password=geheim', 'query', /\?password=.*before the host/],
    ['redis://host?tls=true', 'query', /rediss:\/\//],
    ['redis://host?family=6', 'query', /\?family=/],
    ['redis://host?geheim', 'query', /a query/],
    ['redis://host#3', 'fragment', /#/],
    ['redis+unix://host/run/redis.sock', 'host', /takes no host/],
    ['redis+unix://', 'path', /no path/],
    ['redis+unix:///', 'path', /no path/],
    ['redis+unix:///run/', 'path', /no path/],
    ['redis+unix:///run/redis.sock?db=3', 'query', /\?db=/],
  ])('%j is refused for its %s', (url, part, message) => {
    const refusal = refusalOf(url);
    if (url !== 'redis://host\n') expect(refusal.part).toBe(part);
    expect(refusal.message).toMatch(message);
    expect(refusal.message).not.toMatch(/gehe|heim/);
    expect(() => resolveOptions({ redis: url, prefix: 'a', source: 'a' }, 'EventsModule')).toThrow(
      /^EventsModule: expected redis as ioredis options or a URL such as redis:\/\/127\.0\.0\.1:6379, got (?!.*(gehe|heim))/,
    );
  });

  it('gives back whatever user and password were encoded into it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((given) => !given.includes('\0'));
    fc.assert(
      fc.property(text, text, (username, password) => {
        const url = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@localhost:7000/2`;
        expect(redisClientOptions(parseRedisAddress(url))).toEqual({
          host: 'localhost',
          port: 7000,
          username,
          password,
          db: 2,
        });
      }),
    );
  });

  it('is never anything but understood or refused, and never shown', () => {
    const piece = fc.constantFrom('redis', 's', '+unix', '://', ':', '/', '@', '#', '?', '%', '[', ']', ',', 'db=', '6379', 'host', ' ', 'é'); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          parseRedisAddress(`redis://${pieces.join('')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(RedisAddressError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('signs in whoever is named, also with an empty password', () => {
    expect(redisClientOptions(parseRedisAddress('redis://ada:@localhost'))).toMatchObject({
      username: 'ada',
      password: '',
    });
    expect(redisClientOptions(parseRedisAddress('redis://:@localhost'))).not.toHaveProperty('password');
  });
});
