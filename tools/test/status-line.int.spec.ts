import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseRedisAddress } from '../src/redis/address.js';
import { connectRedis } from '../src/redis/connection.js';
import { startRedis, type RedisServer } from '../src/redis/server.js';
import { statusLine } from '../src/shop/status-line.js';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

it('the status line counts the entries of the streams, and the pending ones of all groups', async () => {
  const connection = await connectRedis(parseRedisAddress(redis.url), { deadlineMs: 5000 });
  for (let order = 0; order < 3; order += 1) await connection.call('XADD', 'shop:orders', '*', 'n', String(order));
  await connection.call('XADD', 'shop:payments', '*', 'n', '0');
  for (const group of ['one', 'two']) {
    await connection.call('XGROUP', 'CREATE', 'shop:orders', group, '0');
    await connection.call('XREADGROUP', 'GROUP', group, 'consumer', 'COUNT', '2', 'STREAMS', 'shop:orders', '>');
  }
  connection.close();
  const line = await statusLine({ upMs: 65_000, url: redis.url, prefix: 'shop' });
  expect(line.replaceAll(/ +/g, ' ')).toBe('1m 5s orders 3 payments 1 stock movements 0 shipments 0 pending 4');
});

it('the status line says so if Redis does not answer', async () => {
  const line = await statusLine({ upMs: 1000, url: 'redis://127.0.0.1:1', prefix: 'shop' });
  expect(line).toBe('1s       Redis at 127.0.0.1:1: nothing listens there (ECONNREFUSED).');
});
