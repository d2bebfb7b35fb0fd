import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteFields } from './entries.js';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { deliverToTheDead, looksOf } from './redis-state.js';
import { startWorker, type Worker } from './worker.js';

const consumersOf = async (worker: Worker) =>
  (await worker.monitor.consumers('notes', 'testers')).map(({ name }) => name).sort();

describe('leaving a group', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('takes the consumer of a worker that stops out of the group', async () => {
    let handled = 0;
    const handler = noteHandler(() => (handled += 1));
    await using one = await startWorker(redis.url, { prefix: 'stop' }, [handler]);
    const two = await startWorker(redis.url, { prefix: 'stop' }, [handler]);
    await eventually('both are in the group', async () => (await consumersOf(one)).length === 2);
    await one.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is handled', () => handled === 1);
    await two.stop();
    expect(await consumersOf(one)).toEqual([one.consumer.name]);
  });

  it('removes a dead consumer that holds nothing when it was not seen for long', async () => {
    await redis.client.xgroup('CREATE', 'idle:notes', 'testers', '0', 'MKSTREAM');
    await redis.client.xgroup('CREATECONSUMER', 'idle:notes', 'testers', 'dead');
    const consumer = { claimAfterMs: 200, forgetAfterMs: 300 };
    await using worker = await startWorker(redis.url, { prefix: 'idle', consumer }, [noteHandler(() => undefined)]);
    await eventually('it is removed', async () => !(await consumersOf(worker)).includes('dead'));
    expect(await consumersOf(worker)).toEqual([worker.consumer.name]);
  });

  it('does not remove a consumer that was seen lately', async () => {
    await redis.client.xgroup('CREATE', 'late:notes', 'testers', '0', 'MKSTREAM');
    await redis.client.xgroup('CREATECONSUMER', 'late:notes', 'testers', 'quiet');
    const consumer = { claimAfterMs: 200, forgetAfterMs: 3_600_000 };
    await using worker = await startWorker(redis.url, { prefix: 'late', consumer }, [noteHandler(() => undefined)]);
    const sweeps = await looksOf(redis.client);
    await eventually('it was looked at', async () => (await looksOf(redis.client)) > sweeps + 3);
    expect(await consumersOf(worker)).toContain('quiet');
  });

  it('never removes a consumer that holds something', async () => {
    await redis.client.xadd('holding:notes', '*', ...noteFields());
    const [id = ''] = await deliverToTheDead(redis.client, 'holding:notes', 1);
    const seen: string[] = [];
    const handler = noteHandler((_, delivery) => seen.push(delivery.id));
    // Forgotten long before what it holds is taken over.
    const consumer = { claimAfterMs: 1500, forgetAfterMs: 100 };
    await using worker = await startWorker(redis.url, { prefix: 'holding', consumer }, [handler]);
    await eventually('it was not seen for long', async () => {
      const dead = (await worker.monitor.consumers('notes', 'testers')).find(({ name }) => name === 'dead');
      return (dead?.idleMs ?? 0) > 1000;
    });
    expect(await worker.monitor.pending('notes', 'testers')).toMatchObject({ count: 1, byConsumer: { dead: 1 } });
    await eventually('what it held is handled', () => seen.length === 1);
    expect(seen).toEqual([id]);
    await eventually('now it is removed', async () => !(await consumersOf(worker)).includes('dead'));
  });
});
