import { describe, expect, it } from 'vitest';
import { parseRedisAddress } from '../src/redis/address.js';

describe('the address of a Redis', () => {
  it('has the default port', () => {
    expect(parseRedisAddress('redis://localhost')).toMatchObject({
      host: 'localhost',
      port: 6379,
      tls: false,
      database: 0,
    });
  });

  it('may have everything', () => {
    expect(parseRedisAddress('rediss://ada:p%40ss%2Fword@redis.example.com:7000/3')).toMatchObject({
      shown: 'redis.example.com:7000',
      username: 'ada',
      password: 'p@ss/word',
      tls: true,
      database: 3,
    });
  });

  it('may be of IPv6', () => {
    expect(parseRedisAddress('redis://[::1]:6380')).toMatchObject({ host: '::1', port: 6380, shown: '[::1]:6380' });
  });

  it.each([
    'localhost:6379',
    'http://:secret@host',
    'redis://:secret@',
    'redis://:secret@host/x',
    'redis://:secret%@host',
    'secret',
  ])('%s is rejected, and not part of the error', (url) => {
    expect(() => parseRedisAddress(url)).toThrow(/^REDIS_URL takes redis:\/\/(?!.*secret)/);
  });
});
