import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkGivenRedis } from '../src/redis/check-given.js';
import { startRedis, type RedisServer } from '../src/redis/server.js';

describe('a REDIS_URL that does not fit its server', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('says that a port does not speak TLS', async () => {
    await expect(checkGivenRedis(redis.url.replace('redis:', 'rediss:'), 500)).rejects.toThrow(
      `Redis at 127.0.0.1:${String(redis.port)}: that port does not speak TLS: use redis://.`,
    );
  });

  it('says that Redis has reached its maximum of clients', async () => {
    const full = await startRedis({ args: ['--maxclients', '1'] });
    const { connectRedis } = await import('../src/redis/connection.js');
    const { parseRedisAddress } = await import('../src/redis/address.js');
    const first = await connectRedis(parseRedisAddress(full.url), { deadlineMs: 3000 });
    await first.call('PING');
    await expect(checkGivenRedis(full.url)).rejects.toThrow(/max number of clients reached/);
    first.close();
    await full.stop();
  });

  it('says which TLS files are not used, missing or not valid', async () => {
    vi.stubEnv('REDIS_TLS_CA_FILE', '/none.pem');
    await expect(checkGivenRedis(redis.url)).rejects.toThrow(/^REDIS_TLS_CA_FILE is set, and the address is not/);
    await expect(checkGivenRedis('rediss://127.0.0.1')).rejects.toThrow(
      'REDIS_TLS_CA_FILE, /none.pem, cannot be read (ENOENT).',
    );
    vi.stubEnv('REDIS_TLS_CA_FILE', fileURLToPath(import.meta.url));
    await expect(checkGivenRedis('rediss://127.0.0.1')).rejects.toThrow(
      'REDIS_TLS_CA_FILE holds no certificate in PEM',
    );
  });

  it.each(['redis://:gehe%im@host', 'redis://host/cache', 'redis://host?db=3', 'redis+cluster://host:1'])(
    '%s is rejected before a connection is opened',
    async (url) => {
      await expect(checkGivenRedis(url)).rejects.toThrow(/^REDIS_URL takes redis:\/\/.* not valid: (?!.*gehe)/);
    },
  );
});
