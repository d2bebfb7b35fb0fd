import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { TransactionOverError, type Delivery, type Transaction } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkerTransaction } from '../src/transaction/worker-transaction.js';
import { Gate } from './gate.js';
import { noteHandler, SOON } from './handlers.js';
import { collectLogs } from './logs.js';
import { NoteFiled, NoteTaken, notes } from './notes.js';
import { startWorker } from './worker.js';

/** Every method of a transaction, by its name. */
const CALLS: Record<string, (t: Transaction) => unknown> = {
  get: (t) => t.get('k'),
  hget: (t) => t.hget('k', 'f'),
  hmget: (t) => t.hmget('k', ['f']),
  hgetall: (t) => t.hgetall('k'),
  exists: (t) => t.exists('k'),
  sismember: (t) => t.sismember('k', 'm'),
  smembers: (t) => t.smembers('k'),
  lrange: (t) => t.lrange('k', 0, 1),
  zscore: (t) => t.zscore('k', 'm'),
  zrange: (t) => t.zrange('k', 0, 1),
  set: (t) => t.set('k', 1),
  del: (t) => t.del('k'),
  expire: (t) => t.expire('k', 1),
  incrby: (t) => t.incrby('k', 1),
  hincrby: (t) => t.hincrby('k', 'f', 1),
  hset: (t) => t.hset('k', 'f', 1),
  hdel: (t) => t.hdel('k'),
  sadd: (t) => t.sadd('k', 'm'),
  srem: (t) => t.srem('k', 'm'),
  zadd: (t) => t.zadd('k', 1, 'm'),
  zincrby: (t) => t.zincrby('k', 1, 'm'),
  zrem: (t) => t.zrem('k', 'm'),
  rpush: (t) => t.rpush('k', 1),
  lpush: (t) => t.lpush('k', 1),
  uuid: (t) => t.uuid('id'),
  publish: (t) => t.publish(NoteFiled, { topic: 'a', number: 1 }),
};
/** What it has besides. */
const INNER = /^(constructor|reads|writes|events|unsealed|isEmpty|mustBeOpen|late|read|ask|readField|readFields|reading|writing|readable|change|redisKeyOf)$/; // prettier-ignore
const READS = ['get', 'hget', 'hmget', 'hgetall', 'exists', 'sismember', 'smembers', 'lrange', 'zscore', 'zrange'];

describe('a transaction whose run is over', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('has these methods only, and none that ends it', () => {
    const methods = Object.getOwnPropertyNames(WorkerTransaction.prototype).filter((name) => !INNER.test(name));
    expect(methods.sort()).toEqual(Object.keys(CALLS).sort());
    expect('rollBack' in WorkerTransaction.prototype).toBe(false);
  });

  it('refuses every call by an error that names the handler, and the log says so', async () => {
    let transaction: Transaction | undefined;
    const handler = noteHandler((_, delivery) => void (transaction = delivery.transaction));
    await using worker = await startWorker(redis.url, { prefix: 'over' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is handled', () => worker.observations.length === 1);
    const logs = collectLogs();
    for (const [method, call] of Object.entries(CALLS)) {
      const refusal = await calling(() => call(transaction as Transaction));
      expect(refusal).toBeInstanceOf(TransactionOverError);
      expect(refusal).toMatchObject({ handler: 'Notes.onNote', method });
      expect((refusal as Error).message).toContain('Notes.onNote');
    }
    expect(logs.errors.length).toBeGreaterThanOrEqual(10);
    expect(logs.errors.every((line) => line.startsWith('Notes.onNote called '))).toBe(true);
    expect(logs.stacks[0]).toContain('field-late-transaction');
    expect(await redis.client.keys('over:tester:*')).toEqual([]);
  });

  it('ends no process when nobody awaits a late read', async () => {
    let transaction: Transaction | undefined;
    const handler = noteHandler((_, delivery) => void (transaction = delivery.transaction));
    await using worker = await startWorker(redis.url, { prefix: 'unheard' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is handled', () => worker.observations.length === 1);
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    for (const name of READS) void CALLS[name]?.(transaction as Transaction);
    // Node.js tells of them when the microtasks of this turn are done.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  it('loses no write silently: a late call is logged, even if it is the first use of the transaction', async () => {
    const gate = new Gate();
    const refusals: unknown[] = [];
    const forgetful = async (delivery: Delivery): Promise<void> => {
      await gate.pass();
      try {
        delivery.transaction.incrby('effects', 1);
      } catch (error) {
        refusals.push(error);
      }
    };
    // Lines are limited by handler.
    const handler = noteHandler((_, delivery) => void forgetful(delivery), {}, 'Forgetful');
    await using worker = await startWorker(redis.url, { prefix: 'forgot' }, [handler]);
    const logs = collectLogs();
    await worker.producer.publishAll(notes('a', 100));
    await eventually('all are handled', () => worker.observations.length === 100);
    gate.open();
    await eventually('each is told', () => refusals.length === 100);
    expect(refusals.every((error) => error instanceof TransactionOverError)).toBe(true);
    expect(logs.errors).toContainEqual(expect.stringMatching(/^Forgetful.onNote called incrby of its transaction/));
    expect(await redis.client.exists('forgot:tester:effects')).toBe(0);
  });

  it('refuses calls after the time limit of its handler', async () => {
    const refusals: unknown[] = [];
    const handler = noteHandler(
      async (_, { attempt, signal, transaction }) => {
        if (attempt > 1) return;
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        refusals.push(await calling(() => transaction.set('k', 1)), await calling(() => transaction.get('k')));
      },
      { retry: SOON, timeoutMs: 50 },
    );
    await using worker = await startWorker(redis.url, { prefix: 'late' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('the second try succeeds', () => worker.observations.some(({ kind }) => kind === 'handled'));
    expect(refusals).toMatchObject([{ method: 'set' }, { method: 'get' }]);
    expect(await redis.client.exists('late:tester:k')).toBe(0);
  });
});

/** What a call throws, or rejects with; undefined where it does neither. */
async function calling(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}
