import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken, notes } from './notes.js';
import { startWorker } from './worker.js';

describe('persistence', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('keeps events readable after their consumption', async () => {
    const seen: number[] = [];
    await using worker = await startWorker(redis.url, { prefix: 'kept' }, [
      noteHandler(({ data }) => seen.push(data.number)),
    ]);
    const ids = await worker.producer.publishAll(notes('history', 20));
    await eventually('all are acknowledged', async () => {
      return seen.length === 20 && (await worker.monitor.pending('notes', 'testers')).count === 0;
    });
    expect((await worker.monitor.entries('notes')).map(({ id }) => id)).toEqual(ids);
  });

  it('keeps events, groups and what is pending through a crash of Redis, and its workers go on by themselves', async () => {
    const seen: number[] = [];
    let isBroken = true;
    const handler = noteHandler(
      ({ data }) => {
        if (data.topic === 'later' && isBroken) throw new Error('not yet');
        seen.push(data.number);
      },
      { retry: { attempts: 1000, firstDelayMs: 50, maxDelayMs: 50 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'crash' }, [handler]);
    const ids = await worker.producer.publishAll(notes('before', 20));
    const later = await worker.producer.publish(NoteTaken, { topic: 'later', number: 100 });
    await eventually('all but one are acknowledged', async () => {
      return (await worker.monitor.pending('notes', 'testers')).count === 1 && seen.length === 20;
    });

    await redis.restart();
    const entries = await redis.client.xrange('crash:notes', '-', '+');
    expect(entries.map(([id]) => id)).toEqual([...ids, later]);
    expect(await redis.client.xinfo('GROUPS', 'crash:notes')).toHaveLength(1);

    isBroken = false;
    await worker.producer.publish(NoteTaken, { topic: 'after', number: 200 });
    await eventually(
      'what was pending and what came later are handled',
      () => seen.includes(100) && seen.includes(200),
    );
    expect(seen).toHaveLength(22);
    await eventually('nothing is pending', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
  });
});
