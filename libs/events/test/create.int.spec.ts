import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProducer, createWorker, UnrecoverableError } from 'nestjs-event-streams/core';
import { logTo, silentLogger } from '../src/log/logger.js';
import { SOON } from './handlers.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { record } from './telemetry.js';

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
      await eventually('both are settled', () => seen.length === 3 && worker.inFlight === 0);
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

  it('a mistake is told by the name of what was called', () => {
    expect(() => createProducer({ ...options('mistaken'), prefix: 'a b' })).toThrow(
      /^createProducer: expected prefix as /,
    );
    expect(() => createProducer({ ...options('mistaken'), ...{ prefx: 'a' } })).toThrow(
      'createProducer: there is no option prefx. Did you mean prefix?',
    );
    expect(() => createWorker(options('mistaken'), [])).toThrow(/^createWorker: expected at least one handler/);
    const handler = { event: NoteTaken, name: 'notes.take', handle: () => undefined };
    const mistaken = { ...handler, retries: { attempts: 2 } };
    expect(() => createWorker(options('mistaken'), [mistaken])).toThrow(
      'createWorker, handler notes.take: there is no option retries. Did you mean retry?',
    );
    class Handler {
      readonly event = NoteTaken;
      readonly name = 'notes.take';
      readonly works = 'with more than a handler needs';
      handle = (): undefined => undefined;
    }
    expect(() => createWorker(options('mistaken'), [new Handler()])).not.toThrow();
  });

  it('a worker and a producer have the metrics that the module has', async () => {
    await using recording = record();
    const producer = createProducer(options('measured'));
    const worker = createWorker(options('measured'), [
      {
        event: NoteTaken,
        name: 'notes.take',
        handle() {
          throw new UnrecoverableError('no');
        },
      },
    ]);
    const valueOf = async (instrument: string, attribute: string, expected: string) =>
      (await recording.values(instrument)).find(({ attributes }) => attributes[attribute] === expected)?.value;
    await producer.start();
    await worker.start();
    await producer.publishAll(notes('a', 3));
    const group = 'messaging.consumer.group.name';
    await eventually('all are counted', async () => (await valueOf('messaging.redis.dead_letters', group, 'testers')) === 3); // prettier-ignore
    expect(await valueOf('messaging.redis.group.lag', group, 'testers')).toBe(0);
    expect(await valueOf('messaging.redis.group.pending', group, 'testers')).toBe(0);

    // Nobody asks Redis for a group whose worker has stopped; a producer goes on, and counts outages.
    await worker.stop();
    const looks = async () => /cmdstat_xinfo\|groups:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1];
    const before = await looks();
    await recording.values('messaging.redis.group.lag');
    expect([await looks(), Number(before) > 0]).toEqual([before, true]);
    await redis.restart();
    await eventually('the outage was noticed', async () => (await valueOf('messaging.redis.outages', 'error.type', 'unreachable')) === 1); // prettier-ignore
    await producer.stop();
  });

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
