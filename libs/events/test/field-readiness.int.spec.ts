import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster } from './cluster.js';
import { noteHandler } from './handlers.js';
import { collectLogs } from './logs.js';
import { notes } from './notes.js';
import { startWorker } from './worker.js';

describe('a worker that cannot do its work', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it.each([1, 2])(
    'because it may not read is not ready, says why, and is ready again (%i partitions)',
    async (partitions) => {
      const user = `reader${String(partitions)}`;
      const rights = ['on', '>secret', '~*', '&*', '+@all'];
      await redis.client.acl('SETUSER', user, ...rights);
      const seen: number[] = [];
      const url = redis.url.replace('//', `//${user}:secret@`);
      await using worker = await startWorker(url, { prefix: user, partitions }, [
        noteHandler(({ data }) => void seen.push(data.number)),
      ]);
      const health = worker.app.get(EventsHealthIndicator);
      await eventually('it is ready', async () => (await health.redis())['redis']?.status === 'up');
      const logs = collectLogs();
      await redis.client.acl('SETUSER', user, '-xreadgroup', '-xread', '-evalsha', '-eval');
      const message = await eventually('it is not ready', async () => {
        const { redis: found } = await health.redis();
        return found?.status === 'down' && String(found['message']);
      });
      expect(message).toMatch(/has failed for \d+\.\ds: NOPERM/);
      await redis.client.acl('SETUSER', user, ...rights);
      await worker.producer.publishAll(notes('a', 2));
      await eventually('it is ready again', async () => (await health.redis())['redis']?.status === 'up');
      await eventually('they are handled', () => seen.length === 2);
      // Once, and not each time.
      expect(logs.warnings.filter((line) => line.includes('NOPERM'))).toHaveLength(1);
    },
  );

  it('because its stream is another thing says so once, and again when the reason changes', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'type' }, [noteHandler(() => undefined)]);
    const health = worker.app.get(EventsHealthIndicator);
    await eventually('it is ready', async () => (await health.redis())['redis']?.status === 'up');
    const logs = collectLogs();
    await redis.client.pipeline().del('type:notes').set('type:notes', 'no stream').exec();
    await eventually('it is not ready', async () => (await health.redis())['redis']?.status === 'down');
    const failures = async () =>
      Number(/errorstat_WRONGTYPE:count=(\d+)/.exec(await redis.client.info('errorstats'))?.[1]);
    const before = await failures();
    await eventually('it has tried again and again', async () => (await failures()) >= before + 6);
    const lines = logs.errors.filter((line) => line.startsWith('Reading failed: WRONGTYPE'));
    expect(lines.length).toBeGreaterThanOrEqual(1);
    // Reading and looking for what was read say it in words of their own, each once.
    expect(new Set(lines).size).toBe(lines.length);
    await redis.client.del('type:notes');
    await eventually('it is ready again', async () => (await health.redis())['redis']?.status === 'up');
  });
});

describe('a cluster', () => {
  it('is refused at the start to an application without partitions', async () => {
    await using cluster = await startCluster(1);
    const url = cluster.nodes[0]?.url ?? '';
    const message = 'expected partitions as 2 or more, since this Redis is a cluster';
    await expect(startWorker(url, {}, [noteHandler(() => undefined)])).rejects.toThrow(message);
    await expect(startWorker(url, { group: null })).rejects.toThrow(message);
  });
});
