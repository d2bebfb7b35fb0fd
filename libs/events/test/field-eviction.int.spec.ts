import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collectLogs } from './logs.js';
import { startWorker } from './worker.js';

describe('a Redis that evicts keys', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(() => redis.client.config('SET', 'maxmemory-policy', 'noeviction'));

  it('is warned of once, observed, and degrades health, until it evicts no more', async () => {
    await using worker = await startWorker(redis.url, { group: null });
    const health = worker.app.get(EventsHealthIndicator);
    const { redis: found } = await health.redis();
    expect(found).toMatchObject({ status: 'up' });
    expect(found).not.toHaveProperty('evictionPolicy');
    const logs = collectLogs();
    for (const policy of ['volatile-lru', 'allkeys-lru']) {
      await redis.client.config('SET', 'maxmemory-policy', policy);
      for (let look = 0; look < 3; look += 1) {
        expect(await health.redis()).toMatchObject({
          redis: { status: 'degraded', warning: expect.stringContaining(`(maxmemory-policy ${policy})`) },
        });
      }
      expect(worker.observations.filter(({ kind }) => kind === 'eviction-warning').at(-1)).toMatchObject({ policy });
    }
    expect(logs.warnings.filter((line) => line.includes('maxmemory-policy'))).toHaveLength(2);
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
    expect(await health.redis()).toMatchObject({ redis: { status: 'up' } });
  });

  it('is seen after a reconnect, without anybody asking', async () => {
    await using worker = await startWorker(redis.url, { group: null });
    await worker.app.get(EventsHealthIndicator).redis();
    await redis.client.config('SET', 'maxmemory-policy', 'volatile-ttl');
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually('it is said', () => worker.observations.some(({ kind }) => kind === 'eviction-warning'));
  });

  it('is not known where this user may not ask', async () => {
    await redis.client.acl('SETUSER', 'shy', 'on', '>secret', '~*', '&*', '+@all');
    await using worker = await startWorker(redis.url.replace('//', '//shy:secret@'), { group: null });
    const health = worker.app.get(EventsHealthIndicator);
    await health.redis();
    await redis.client.acl('SETUSER', 'shy', '-info', '-config');
    expect(await health.redis()).toMatchObject({ redis: { status: 'up', evictionPolicy: 'unknown' } });
  });
});
