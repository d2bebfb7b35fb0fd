import { eventually, type TestRedis } from '@repo/testing';
import { DeadLetters } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionOf } from '../src/stream/keys/murmur2.js';
import { startCluster, type TestCluster } from './cluster.js';
import { noteHandler } from './handlers.js';
import { NoteFiled, NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

const COUNT = 4;
const topics = Array.from({ length: 8 }, (_, index) => `topic ${String(index)}`);

/** One node that has all slots: it takes any key, but refuses a script whose keys are in several slots. */
describe('partitions in a cluster', () => {
  let cluster: TestCluster;
  let redis: TestRedis;
  beforeAll(async () => {
    cluster = await startCluster(1);
    [redis] = cluster.nodes as [TestRedis];
  });
  afterAll(() => cluster.stop());

  it('keep all that belongs together in one slot', async () => {
    let isBroken = true;
    const handler = noteHandler(
      ({ data }, { transaction }) => {
        if (isBroken && data.number === 1) throw new Error('broken');
        transaction.rpush(`order ${data.topic}`, data.number).publish(NoteFiled, data);
      },
      { retry: { attempts: 2, firstDelayMs: 10, maxDelayMs: 10 }, afterDeadLetter: 'park-key' },
    );
    const options = { prefix: 'slots', partitions: COUNT };
    await using worker = await startWorker(redis.url, options, [handler]);
    await worker.producer.publishAll(
      [0, 1, 2].flatMap((number) => topics.map((topic) => ({ event: NoteTaken, data: { topic, number } }))),
    );
    await worker.producer.publish(NoteTaken, { topic: 'once', number: 0 }, { idempotencyKey: 'one' });
    const deadLetters = async () => (await worker.monitor.stream('notes')).deadLetters;
    await eventually('two of each are dead letters', async () => (await deadLetters()) === 2 * topics.length);
    isBroken = false;
    await worker.app.get(DeadLetters).replayAll('notes');
    await eventually('all are handled', async () => (await worker.monitor.stream('files')).length === 25);
    for (const topic of topics) {
      const key = `{slots:${String(partitionOf(topic, COUNT))}}:tester:order ${topic}`;
      expect(await redis.client.lrange(key, 0, -1)).toEqual(['0', '1', '2']);
    }
    expect((await worker.monitor.partitions('notes')).flatMap(({ owners }) => owners)).toHaveLength(COUNT);
  });

  it('refuse a transaction that would publish into another partition, and say what to do', async () => {
    const handler = noteHandler(
      ({ data }, { transaction }) => {
        const other = topics.find((topic) => partitionOf(topic, COUNT) !== partitionOf(data.topic, COUNT)) ?? '';
        transaction.incrby('count', 1).publish(NoteFiled, { topic: other, number: 1 });
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'crossing', partitions: COUNT }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 0 });
    const failed = await eventually('it is refused', () =>
      worker.observations.find(({ kind }) => kind === 'dead-lettered'),
    );
    expect(failed).toMatchObject({ error: { name: 'TransactionRefusedError' } });
    expect(failed).toMatchObject({
      error: { message: expect.stringMatching(/give both events the same key/) as string },
    });
    expect(await redis.client.exists(`{crossing:${String(partitionOf('a', COUNT))}}:tester:count`)).toBe(0);
  });

  it('cannot share their state', async () => {
    const handler = noteHandler(() => undefined);
    const options = { prefix: 'sharing', partitions: COUNT, sharedState: true };
    await expect(startWorker(redis.url, options, [handler])).rejects.toThrow(
      'EventsModule: expected sharedState as false, since this Redis is a cluster',
    );
  });
});
