import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProducer, createWorker, UnrecoverableError } from 'nestjs-event-streams/core';
import { logTo, silentLogger } from '../src/log/logger.js';
import { SOON } from './handlers.js';
import { NoteFiled, NoteTaken } from './notes.js';

describe('Without a framework', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    logTo(silentLogger);
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());
  const options = (prefix: string, partitions = 1) => ({
    ...{ redis: redis.url, prefix, source: 'tester', group: 'testers', partitions },
    consumer: { blockMs: 100, claimAfterMs: 600, retry: SOON },
  });

  it.each([1, 2])(
    'a worker handles what a producer has published, with retries (%i partitions)',
    async (partitions) => {
      const prefix = `plain${String(partitions)}`;
      const producer = createProducer(options(prefix, partitions));
      const tries: number[] = [];
      const worker = createWorker(options(prefix, partitions), [
        {
          event: NoteTaken,
          name: 'notes.take',
          handle({ data }, { attempt, transaction }) {
            tries.push(attempt);
            if (attempt === 1) throw new Error('not yet');
            transaction.publish(NoteFiled, { topic: data.topic, number: data.number });
          },
        },
        {
          event: NoteFiled,
          name: 'notes.file',
          retry: { attempts: 1 },
          handle({ data }) {
            throw new UnrecoverableError(`file ${data.topic}`);
          },
        },
      ]);
      const seen: string[] = [];
      worker.observer.subscribe(
        ({ kind, handler }) => seen.push(`${kind} ${handler}`),
        ['handled', 'retried', 'dead-lettered'],
      );
      await producer.start();
      await worker.start();
      await producer.publish(NoteTaken, { topic: 'a', number: 1 });
      await eventually('both are settled', () => seen.length === 3 && worker.held === 0);
      expect(tries).toEqual([1, 2]);
      expect(seen).toEqual(['retried notes.take', 'handled notes.take', 'dead-lettered notes.file']);
      expect(worker.partitions).toHaveLength(partitions);
      await Promise.all([worker.stop(), worker.stop()]);
      await producer.stop();
      await eventually(
        'nobody is connected any more',
        async () => !String(await redis.client.client('LIST')).includes('name=tester'),
      );
    },
  );

  it('a start that is refused leaves no connection', async () => {
    await createProducerOf('refused', 2);
    const worker = createWorker(options('refused', 3), [
      { event: NoteTaken, name: 'notes.take', handle: () => undefined },
    ]);
    await expect(worker.start()).rejects.toThrow('expected partitions as 2');
    await eventually(
      'nobody is connected any more',
      async () => !String(await redis.client.client('LIST')).includes('name=tester'),
    );
  });

  it('a worker without handlers is refused', () => {
    expect(() => createWorker(options('none'), [])).toThrow('expected at least one handler, got none');
  });

  async function createProducerOf(prefix: string, partitions: number): Promise<void> {
    const producer = createProducer(options(prefix, partitions));
    await producer.start();
    await producer.stop();
  }
});
