import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProxy, type TcpProxy } from './tcp-proxy.js';

describe('A network that fails', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.each([
    [
      'replies',
      (proxy: TcpProxy) => {
        proxy.dropReplies();
      },
    ],
    [
      'requests',
      (proxy: TcpProxy) => {
        proxy.isolateAfter(0, 'request');
      },
    ],
  ])('never gives a reply to another command than its own, when it has swallowed %s', async (_, fail) => {
    await using proxy = await startProxy(redis.url);
    const client = new Redis(proxy.url, { retryStrategy: () => 10 });
    client.on('error', () => undefined);
    try {
      await client.ping();
      fail(proxy);
      const lost = client.echo('lost').catch((error: unknown) => error);
      await eventually('it has swallowed something', () => proxy.torn > 0);
      proxy.heal();
      expect(await client.echo('next')).toBe('next');
      // By itself ioredis sends it again.
      expect(await lost).toBe('lost');
    } finally {
      client.disconnect();
    }
  });
});
