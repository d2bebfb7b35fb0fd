import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { Transaction } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { noteHandler } from './handlers.js';
import { NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

/** What a handler reads, and how the test changes it behind its back. */
const reads: Record<string, { read: (transaction: Transaction) => Promise<unknown>; change: string[] }> = {
  get: { read: (t) => t.get('text'), change: ['SET', 'text', 'changed'] },
  'get of nothing': { read: (t) => t.get('new'), change: ['SET', 'new', ''] },
  hget: { read: (t) => t.hget('hash', 'a'), change: ['HSET', 'hash', 'a', 'changed'] },
  hmget: { read: (t) => t.hmget('hash', ['a', 'new']), change: ['HSET', 'hash', 'new', ''] },
  hgetall: { read: (t) => t.hgetall('hash'), change: ['HSET', 'hash', 'other', 'x'] },
  exists: { read: (t) => t.exists('text'), change: ['DEL', 'text'] },
  sismember: { read: (t) => t.sismember('set', 'a'), change: ['SREM', 'set', 'a'] },
  smembers: { read: (t) => t.smembers('set'), change: ['SADD', 'set', 'added'] },
  lrange: { read: (t) => t.lrange('list', 0, -1), change: ['RPUSH', 'list', 'added'] },
  zscore: { read: (t) => t.zscore('scores', 'a'), change: ['ZINCRBY', 'scores', '1', 'a'] },
  zrange: { read: (t) => t.zrange('scores', 0, -1), change: ['ZADD', 'scores', '9', 'last'] },
};

const EVENTS = 60;

describe('transaction conflicts', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    // Redis sorts texts by the locale of its environment; where the machine has this one, that differs from the bytes.
    vi.stubEnv('LC_ALL', 'en_US.UTF-8');
    redis = await freshRedis();
    vi.unstubAllEnvs();
  });
  afterAll(() => redis.stop());

  it('run the handler again when a value of any kind of read has changed before the commit', async () => {
    const at = (key: string) => `outside:tester:${key}`;
    const runs: Record<string, number> = {};
    const handler = noteHandler(async ({ data }, { transaction }) => {
      const { read, change } = reads[data.topic] ?? expect.fail();
      runs[data.topic] = (runs[data.topic] ?? 0) + 1;
      transaction.set(`seen ${data.topic}`, JSON.stringify(await read(transaction)));
      const [command = '', key = '', ...args] = change;
      if (runs[data.topic] === 1) await redis.client.call(command, at(key), ...args);
    });
    await using worker = await startWorker(redis.url, { prefix: 'outside' }, [handler]);
    for (const topic of Object.keys(reads)) {
      await redis.client.del(['text', 'hash', 'set', 'list', 'scores'].map(at));
      await redis.client.set(at('text'), 'before');
      await redis.client.hset(at('hash'), { a: '1', B: '2', _: '3' });
      await redis.client.sadd(at('set'), 'a', 'B', '_', 'Z', 'y');
      await redis.client.rpush(at('list'), 'a');
      await redis.client.zadd(at('scores'), 1, 'a');
      await worker.producer.publish(NoteTaken, { topic, number: 1 });
      await eventually(`${topic} is committed`, () => redis.client.exists(at(`seen ${topic}`)));
      // Once for the change, and not once more: what did not change is no conflict.
      expect.soft(runs[topic], topic).toBe(2);
    }
    expect(JSON.parse((await redis.client.get(at('seen hgetall'))) ?? '')).toEqual({
      a: '1',
      B: '2',
      _: '3',
      other: 'x',
    });
    expect(JSON.parse((await redis.client.get(at('seen exists'))) ?? '')).toBe(false);
  });

  it('lose no update between two workers', async () => {
    const attempts: number[] = [];
    const handler = noteHandler(async (_, { transaction, attempt }) => {
      attempts.push(attempt);
      const count = Number(await transaction.get('count'));
      transaction.set('count', count + 1).rpush('seen', count);
    });
    const options = { prefix: 'race', consumer: { batchSize: 5, readAhead: 10, concurrency: 4 } };
    await using one = await startWorker(redis.url, options, [handler]);
    await using two = await startWorker(redis.url, options, [handler]);
    await one.producer.publishAll(
      Array.from({ length: EVENTS }, (_, number) => ({
        event: NoteTaken,
        data: { topic: `topic ${String(number)}`, number },
      })),
    );
    await eventually('all are committed', async () => (await redis.client.llen('race:tester:seen')) === EVENTS);
    expect(await redis.client.get('race:tester:count')).toBe(String(EVENTS));
    const seen = await redis.client.lrange('race:tester:seen', 0, -1);
    expect(seen).toEqual(Array.from({ length: EVENTS }, (_, count) => String(count)));
    // Both took part, and no conflict counted as a failed attempt.
    expect(new Set(attempts)).toEqual(new Set([1]));
    expect([one, two].map(({ observations }) => observations.some(({ kind }) => kind === 'handled'))).toEqual([
      true,
      true,
    ]);
    expect(await redis.client.exists('race:notes:dead-letters')).toBe(0);
  });

  it('that never end make room for other events, and make no dead letter', async () => {
    let isRestless = true;
    const handler = noteHandler(
      async ({ data }, { transaction }) => {
        await transaction.get('busy');
        if (data.topic === 'restless' && isRestless) await redis.client.incr('endless:tester:busy');
        transaction.set(`done ${data.topic}`, 1);
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'endless', consumer: { concurrency: 1 } }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'restless', number: 1 });
    await worker.producer.publish(NoteTaken, { topic: 'calm', number: 1 });
    await eventually('the other one is done', () => redis.client.exists('endless:tester:done calm'));
    const retried = await eventually('it makes room for a while', () =>
      worker.observations.find(({ kind }) => kind === 'retried'),
    );
    expect(retried).toMatchObject({
      counts: false,
      error: { name: 'TransactionConflictError' },
    });
    isRestless = false;
    await eventually('it is done itself', () => redis.client.exists('endless:tester:done restless'));
    expect(await redis.client.exists('endless:notes:dead-letters')).toBe(0);
  });
});
