import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import {
  ConfigurationError,
  createOperator,
  createProducer,
  createWorker,
  RedisUnavailableError,
  UnrecoverableError,
  type Operator,
} from 'nestjs-event-streams/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logTo, silentLogger } from '../src/log/logger.js';
import { NoteTaken } from './notes.js';

describe('An operator without a framework', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    logTo(silentLogger);
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());
  const operatorOf = async (prefix: string): Promise<Operator> => {
    const operator = createOperator({ redis: redis.url, prefix, source: 'operator' });
    await operator.start();
    return operator;
  };
  const nobodyIsConnected = (name: string): Promise<unknown> =>
    eventually(
      'nobody is connected any more',
      async () => !String(await redis.client.client('LIST')).includes(`name=${name}`),
    );

  it.each([1, 3])('sees what is there, and replays what was given up (%i partitions)', async (partitions) => {
    const prefix = `operated${String(partitions)}`;
    const options = { redis: redis.url, prefix, source: 'tester', partitions };
    const producer = createProducer(options);
    let isBroken = true;
    const handled: number[] = [];
    const worker = createWorker({ ...options, group: 'testers', consumer: { blockMs: 100 } }, [
      {
        event: NoteTaken,
        name: 'notes.take',
        handle({ data }) {
          if (isBroken) throw new UnrecoverableError('broken');
          handled.push(data.number);
        },
      },
    ]);
    await producer.start();
    await worker.start();
    const topics = ['a', 'b', 'c', 'd'];
    await producer.publishAll(topics.map((topic, number) => ({ event: NoteTaken, data: { topic, number } })));

    const operator = await operatorOf(prefix);
    expect(operator.partitions.count).toBe(partitions);
    expect(operator.address).toBe(new URL(redis.url).host);
    const deadLetters = async (): Promise<number> => (await operator.monitor.stream('notes')).deadLetters;
    await eventually('all are given up', async () => (await deadLetters()) === 4);
    expect(await operator.monitor.stream('notes')).toMatchObject({ length: 4, groups: [{ name: 'testers', lag: 0 }] });
    isBroken = false;
    for (const { id } of await operator.deadLetters.list('notes', { handler: 'notes.take' })) {
      await operator.deadLetters.replay('notes', id, { by: 'ada', why: 'it is mended' });
    }
    await eventually('all are handled', () => handled.toSorted().join() === '0,1,2,3');
    expect(await deadLetters()).toBe(0);
    await operator.stop();
    await operator.stop();
    await expect(operator.monitor.streams()).rejects.toThrow(RedisUnavailableError);
    await nobodyIsConnected('operator');
    await worker.stop();
    await producer.stop();
  });

  it('takes streams for undivided where nobody has noted anything, and notes nothing', async () => {
    const operator = await operatorOf('unnoted');
    expect(operator.partitions.count).toBe(1);
    expect(await operator.monitor.streams()).toEqual([]);
    expect(await operator.subjects.forget('ada', { by: 'grace', why: 'she asked for it' })).toBe(false);
    expect(await operator.subjects.forgotten('ada')).toMatchObject({ by: 'grace', why: 'she asked for it' });
    await operator.stop();
    expect(await redis.client.keys('unnoted:partitions:*')).toEqual([]);
  });

  it.each(['none', '0', '1.5', '1e9', ''])(
    'refuses %j as a number of partitions, and leaves no connection',
    async (count) => {
      await redis.client.set('odd:partitions:count', count);
      await redis.client.set('odd:layout:version', '1');
      const refused = createOperator({ redis: redis.url, prefix: 'odd', source: 'refused' }).start();
      await expect(refused).rejects.toThrow(ConfigurationError);
      await expect(refused).rejects.toThrow(
        'expected key odd:partitions:count to have a number of partitions from 1 to 1024',
      );
      await nobodyIsConnected('refused');
    },
  );

  it('refuses wrong options before it connects, and says by when Redis has not answered', async () => {
    const options = { redis: 'redis://127.0.0.1:1', prefix: 'nowhere', source: 'operator' };
    expect(() => createOperator({ ...options, prefix: 'a b' })).toThrow('expected prefix as');
    expect(() => createOperator({ ...options, startTimeoutMs: -1 })).toThrow('expected startTimeoutMs as');
    await expect(createOperator({ ...options, startTimeoutMs: 300 }).start()).rejects.toThrow(RedisUnavailableError);
  });

  it('says what to do when it is used before its start', async () => {
    const operator = createOperator({ redis: redis.url, prefix: 'early', source: 'early' });
    expect(() => operator.monitor).toThrow('createOperator: expected start() to have been awaited before');
    await operator.stop();
    await nobodyIsConnected('early');
  });

  it('outlives an outage, and tells of it', async () => {
    await using own = await freshRedis();
    const operator = createOperator({ redis: own.url, prefix: 'outlived', source: 'operator' });
    await operator.start();
    const told: string[] = [];
    operator.observer.subscribe(({ kind }) => told.push(kind), ['outage', 'recovered']);
    await own.restart();
    await eventually('it asks again', async () => (await operator.monitor.streams()).length === 0);
    await eventually('it tells of the end', () => told.join() === 'outage,recovered');
    await operator.stop();
  });
});
