import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import { EventProducer, UnrecoverableError, type Transaction } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import { WorkerReads, type Reader } from '../src/transaction/worker-reads.js';
import { Gate } from './gate.js';
import { noteHandler } from './handlers.js';
import { NoteTaken, unrelatedNotes } from './notes.js';
import { startWorker, type Worker } from './worker.js';

const NOTES = 300;

/** Counts notes in one hash that all of them need, and in one of their own, as README's handlers do. */
const counter = (nameOf: (number: number) => string) =>
  noteHandler(async ({ data: { number } }, { transaction }) => {
    const seen = Number(await transaction.hget(nameOf(number), 'seen'));
    const last = Number(await transaction.hget('counter', 'last'));
    transaction.hset(nameOf(number), 'seen', seen + 1);
    transaction.hset('counter', 'last', last + 1).rpush('numbers', last + 1);
  });

const kindsOf = (worker: Worker, kind: string) => worker.observations.filter((one) => one.kind === kind);

describe('reads that this worker answers from what it writes', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));
  const numbers = (prefix: string) => redis.client.lrange(`${prefix}:tester:numbers`, 0, -1);
  const take = (worker: Worker, topic: string, number = 1) => worker.producer.publish(NoteTaken, { topic, number });

  it('number all notes in one hash, each once', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'alone' }, [
      counter((number) => `n ${String(number)}`),
    ]);
    await worker.producer.publishAll(unrelatedNotes(NOTES));
    await eventually('all are numbered', async () => (await numbers('alone')).length === NOTES);
    expect(await numbers('alone')).toEqual(upTo(NOTES));
  });

  it('let transactions on one key follow each other without asking Redis again, and without a conflict', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'hot' }, [counter(() => 'one')]);
    await take(worker, 'first');
    await eventually('the field is known', async () => (await numbers('hot')).length === 1);
    await redis.client.config('RESETSTAT');
    await worker.producer.publishAll(unrelatedNotes(NOTES));
    await eventually('all are numbered', async () => (await numbers('hot')).length === NOTES + 1);
    const stats = await redis.client.info('commandstats');
    const calls = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    expect(await numbers('hot')).toEqual(upTo(NOTES + 1));
    expect(kindsOf(worker, 'conflict')).toEqual([]);
    // The commits read each field again, in a few script calls.
    expect(calls('hget')).toBe(2 * NOTES);
    expect(calls('evalsha') + calls('eval')).toBeLessThan(NOTES / 10);
  });

  it('let transactions that have all asked Redis follow each other in one batch', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'cold', consumer: { concurrency: NOTES, batchSize: NOTES } }, [counter((number) => `n ${String(number)}`)]); // prettier-ignore
    await worker.producer.publishAll(unrelatedNotes(NOTES));
    await eventually('all are numbered', async () => (await numbers('cold')).length === NOTES);
    expect(await numbers('cold')).toEqual(upTo(NOTES));
    expect(kindsOf(worker, 'conflict')).toEqual([]);
  });

  it('let other work run between many answers', async () => {
    let isOver = false;
    let turns = 0;
    const look = (): void => {
      turns += 1;
      if (!isOver) setTimeout(look, 0);
    };
    look();
    const replies = new WorkerReads({ many: (all) => Promise.resolve(all.map(() => 'reply')) });
    const busy = async (): Promise<void> => {
      const reader: Reader = { isPlain: false, isSpeculative: false };
      await replies.read(reader, 'GET', 'key', []);
      for (const end = performance.now() + 5; performance.now() < end;);
    };
    await Promise.all(Array.from({ length: 40 }, busy));
    isOver = true;
    expect(turns).toBeGreaterThan(5);
  });

  it('lose and repeat nothing when another worker changes the value meanwhile', async () => {
    // The same names again: what was new to one worker is known to the other.
    const handler = counter((number) => `n ${String(number % 7)}`);
    await using one = await startWorker(redis.url, { prefix: 'shared' }, [handler]);
    await using two = await startWorker(redis.url, { prefix: 'shared' }, [handler]);
    for (let round = 0; round < 10; round += 1) await one.producer.publishAll(unrelatedNotes(NOTES / 10));
    await eventually('all are numbered', async () => (await numbers('shared')).length === NOTES);
    expect(await numbers('shared')).toEqual(upTo(NOTES));
    expect(await redis.client.hget('shared:tester:n 0', 'seen')).toBe('50');
    expect([...kindsOf(one, 'handled'), ...kindsOf(two, 'handled')]).toHaveLength(NOTES);
    expect(await redis.client.exists('shared:notes:dead-letters')).toBe(0);
  });

  it('use the value of Redis after a change from outside', async () => {
    await using worker = await startWorker(redis.url, { prefix: 'outside' }, [counter(() => 'known')]);
    await take(worker, 'a');
    await eventually('the first is numbered', async () => (await numbers('outside')).length === 1);
    await redis.client.hset('outside:tester:counter', 'last', 41);
    await redis.client.hset('outside:tester:known', 'seen', 7);
    await take(worker, 'b');
    await eventually('the second is numbered', async () => (await numbers('outside')).length === 2);
    expect(await numbers('outside')).toEqual(['1', '42']);
    expect(await redis.client.hget('outside:tester:known', 'seen')).toBe('8');
    expect(kindsOf(worker, 'conflict').length).toBeGreaterThan(0);
  });

  it('judge no handler by a value that is never committed', async () => {
    await redis.client.set('dirty:tester:text', 'no hash');
    const gate = new Gate();
    const runs: string[] = [];
    const handler = noteHandler(
      async ({ data: { topic } }, { transaction }) => {
        const level = await transaction.hget('hash', 'level');
        runs.push(`${topic} ${String(level)}`);
        if (level === '13') throw new UnrecoverableError('13 is no level');
        transaction.hset('hash', 'level', topic === 'refused' ? 13 : 1);
        // What Redis refuses, when it comes to that.
        if (topic === 'refused') transaction.hset('text', 'field', 'value');
        if (topic === 'first') await gate.pass();
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'dirty' }, [handler]);
    await take(worker, 'known');
    await eventually('the field is known', async () => redis.client.hexists('dirty:tester:hash', 'level'));
    await worker.producer.publishAll(
      ['first', 'refused', 'sound'].map((topic) => ({ event: NoteTaken, data: { topic, number: 1 } })),
    );
    await eventually('all have begun', () => runs.includes('first 1'));
    gate.open();
    await eventually('all is settled', async () => (await worker.monitor.pending('notes', 'testers')).count === 0);
    expect(runs).toContain('sound 13');
    expect(await redis.client.hget('dirty:tester:hash', 'level')).toBe('1');
    const [letter, ...others] = kindsOf(worker, 'dead-lettered');
    expect(letter).toMatchObject({ partitionKey: 'refused' });
    expect(others).toEqual([]);
  });

  it('judge no handler by a value that Redis does not have any more', async () => {
    const runs: string[] = [];
    const handler = noteHandler(
      async ({ data: { topic } }, { transaction }) => {
        const level = await transaction.hget('hash', 'level');
        runs.push(`${topic} ${String(level)}`);
        if (level === '13') throw new UnrecoverableError('13 is no level');
        transaction.hset('hash', 'level', topic === 'wrong' ? 13 : 2);
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'stale' }, [handler]);
    const level = () => redis.client.hget('stale:tester:hash', 'level');
    await take(worker, 'known');
    await take(worker, 'wrong');
    await eventually('it is set', async () => (await level()) === '13');
    await redis.client.hset('stale:tester:hash', 'level', 1);
    await take(worker, 'sound');
    await eventually('the next one is handled', async () => (await level()) === '2');
    expect(runs).toEqual(['known null', 'wrong 2', 'sound 13', 'sound 1']);
    // What Redis does have counts.
    await take(worker, 'wrong');
    await eventually('it is set again', async () => (await level()) === '13');
    await take(worker, 'refused');
    const letter = await eventually('it is given up', () => kindsOf(worker, 'dead-lettered')[0]);
    expect(letter).toMatchObject({ partitionKey: 'refused', attempt: 1 });
  });

  it('forget the writes of a run that was not committed, because of a conflict, failure, time limit or refusal', async () => {
    await redis.client.set('undone:tester:text', 'no hash');
    const runs: Record<string, number> = {};
    const firstRuns: Record<string, (transaction: Transaction, signal: AbortSignal) => unknown> = {
      conflict: async (transaction) => {
        await transaction.get('changed');
        await redis.client.set('undone:tester:changed', 'by others');
      },
      failure: () => Promise.reject(new Error('fails')),
      'late failure': async (transaction) => {
        await transaction.get('text');
        throw new Error('fails');
      },
      'time limit': (_, signal) => new Promise((resolve) => { signal.addEventListener('abort', resolve); }), // prettier-ignore
      refusal: (transaction) => transaction.hset('text', 'field', 'value'),
      fine: () => undefined,
    };
    const handler = noteHandler(
      async ({ data: { topic } }, { transaction, signal }) => {
        const count = Number(await transaction.hget('hash', 'count'));
        runs[topic] = (runs[topic] ?? 0) + 1;
        if (runs[topic] === 1) await firstRuns[topic]?.(transaction, signal);
        transaction.hset('hash', 'count', count + 1).rpush('numbers', count + 1);
      },
      { timeoutMs: 300, retry: { firstDelayMs: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'undone' }, [handler]);
    await take(worker, 'known');
    await eventually('the field is known', async () => (await numbers('undone')).length === 1);
    const topics = Object.keys(firstRuns);
    await worker.producer.publishAll(topics.map((topic) => ({ event: NoteTaken, data: { topic, number: 1 } })));
    await eventually('all are done', async () => (await numbers('undone')).length === 7);
    expect(await numbers('undone')).toEqual(upTo(7));
    expect(await redis.client.exists('undone:notes:dead-letters')).toBe(0);
    for (const topic of topics) if (topic !== 'fine') expect.soft(runs[topic], topic).toBeGreaterThan(1);
  });

  it('see the effect of other writes on a hash', async () => {
    const changes: ((transaction: Transaction) => unknown)[] = [
      (t) => t.hset('hash', { a: 'again', b: 2 }),
      (t) => t.hdel('hash', 'a'),
      (t) => t.hincrby('hash', 'b', 5),
      (t) => t.del('hash'),
      (t) => t.hset('hash', { a: 'new' }),
      (t) => t.expire('hash', 1),
      (t) => t.hset('hash', { b: 'left' }),
      (t) => t.del('hash').hset('hash', 'a', 'after del'),
      (t) => t.hset('hash', { b: 3 }).hincrby('hash', 'b', 1),
    ];
    const seen: unknown[] = [];
    const handler = noteHandler(async ({ data: { number } }, { transaction }) => {
      seen[number] = await transaction.hmget('hash', ['a', 'b']);
      changes[number]?.(transaction);
    });
    await using worker = await startWorker(redis.url, { prefix: 'changes' }, [handler]);
    for (const number of [...changes.keys(), changes.length]) {
      await take(worker, 'one after the other', number);
      await eventually('it is committed', () => kindsOf(worker, 'handled').length === number + 1);
      if (number === 5)
        await eventually('it has expired', async () => !(await redis.client.exists('changes:tester:hash')));
    }
    expect(seen).toEqual([
      [null, null],
      ['again', '2'],
      [null, '2'],
      [null, '7'],
      [null, null],
      ['new', null],
      [null, null],
      [null, 'left'],
      ['after del', null],
      ['after del', '4'],
    ]);
  });

  it('do not hold up transactions that only read', async () => {
    let running = 0;
    let most = 0;
    const gate = new Gate();
    const handler = noteHandler(async (_, { transaction }) => {
      await transaction.hget('settings', 'fee');
      most = Math.max(most, (running += 1));
      if (running === 20) gate.open();
      await gate.pass();
    });
    await using worker = await startWorker(redis.url, { prefix: 'readers', consumer: { concurrency: 20 } }, [handler]);
    await worker.producer.publishAll(unrelatedNotes(20));
    await eventually('all are done', () => kindsOf(worker, 'handled').length === 20);
    expect(most).toBe(20);
  });

  it('are right where partitions move between workers', async () => {
    const options = {
      prefix: 'moving',
      partitions: 4,
      consumer: { leaseMs: 1500, drainMs: 1000 },
    };
    const handler = noteHandler(async ({ data: { topic } }, { transaction }) => {
      const count = Number(await transaction.hget(topic, 'count'));
      transaction.hset(topic, 'count', count + 1);
    });
    await using one = await startWorker(redis.url, options, [handler]);
    const topics = Array.from({ length: 8 }, (_, number) => `topic ${String(number)}`);
    const all = topics.map((topic) => ({ event: NoteTaken, data: { topic, number: 1 } }));
    const producer = one.app.get(EventProducer);
    let published = 0;
    const publish = async (rounds: number) => {
      for (let round = 0; round < rounds; round += 1) await producer.publishAll(all);
      published += rounds;
    };
    await publish(10);
    {
      await using two = await startWorker(redis.url, options, [handler]);
      await eventually('the other has a part', () => two.consumer.partitions.length === 2);
      await publish(10);
      await two.stop();
    }
    await publish(10);
    const counts = async () => {
      const keys = await redis.client.keys('{moving:*}:tester:topic *');
      return Promise.all(keys.map((key) => redis.client.hget(key, 'count')));
    };
    const right = topics.map(() => String(published));
    await eventually('all are counted', async () => (await counts()).join() === right.join(), 20_000);
  });

  it('let only Redis answer a run that reads plainly, and are right again after a transaction was taken back', async () => {
    const answers: Record<string, string> = { f: 'of Redis' };
    const replies = new WorkerReads({ many: (all) => Promise.resolve(all.map(({ args }) => answers[args[0] ?? ''])) });
    const run = (isPlain = false): Reader => ({ isPlain, isSpeculative: false });
    const first = run();
    expect(await replies.read(first, 'HGET', 'hash', ['f'])).toBe('of Redis');
    const set = { command: 'HSET', key: 'hash', type: 'hash', integer: '', args: ['f', 'written'] } as const;
    const number = replies.written.handOver([set]);
    const [speculative, plain] = [run(), run(true)];
    expect(await replies.read(speculative, 'HGET', 'hash', ['f'])).toBe('written');
    expect(await replies.read(plain, 'HGET', 'hash', ['f'])).toBe('of Redis');
    expect([first, speculative, plain].map(({ isSpeculative }) => isSpeculative)).toEqual([false, true, false]);
    // It was to be answered from what is taken back before its turn comes.
    const late = replies.read(run(), 'HGET', 'hash', ['f']);
    replies.written.takeBack(number, [], [set]);
    expect(await late).toBe('of Redis');
  });

  it('answer the handler that goes on before all others', async () => {
    const replies = new WorkerReads({ many: (all) => Promise.resolve(all.map(() => '0')) });
    const order: string[] = [];
    const count = async (name: string): Promise<void> => {
      const reader: Reader = { isPlain: false, isSpeculative: false };
      const numbers: string[] = [];
      for (const field of ['a', 'b']) numbers.push(String(await replies.read(reader, 'HGET', 'hash', [field])));
      order.push(`${name} ${numbers.join()}`);
      const args = ['a', String(Number(numbers[0]) + 1), 'b', String(Number(numbers[1]) + 1)];
      replies.written.handOver([{ command: 'HSET', key: 'hash', type: 'hash', integer: '', args }]);
    };
    await count('first');
    await Promise.all(['second', 'third', 'fourth'].map(count));
    expect(order).toEqual(['first 0,0', 'second 1,1', 'third 2,2', 'fourth 3,3']);
  });

  it('go to Redis in one round trip for all handlers of one turn, and an error concerns one read', async () => {
    const connection = new RedisConnection(redis.url, { name: 'reads', timeoutMs: 2000 });
    try {
      const { reads: client } = new StreamClient(connection);
      const sizes: number[] = [];
      const replies = new WorkerReads({
        many: (all) => {
          sizes.push(all.length);
          return client.many(all);
        },
      });
      const reader: Reader = { isPlain: false, isSpeculative: false };
      const read = (command: string, key: string, ...args: string[]) => replies.read(reader, command, key, args);
      await redis.client.hset('turn:hash', { a: '1', b: Buffer.from([0, 255, 13, 10]) });
      await redis.client.set('turn:text', 'text');
      await redis.client.config('RESETSTAT');
      const results = await Promise.allSettled([
        read('GET', 'turn:text'),
        read('HMGET', 'turn:hash', 'a', 'b', 'c'),
        read('HMGET', 'turn:text', 'a'),
        read('GET', 'turn:hash'),
        read('HGET', 'turn:hash', 'c'),
        read('EXISTS', 'turn:hash'),
      ]);
      expect(sizes).toEqual([6]);
      expect(await redis.client.info('commandstats')).toMatch(/cmdstat_eval:calls=1,/);
      expect(results).toMatchObject([
        { value: Buffer.from('text') },
        { value: [Buffer.from('1'), Buffer.from([0, 255, 13, 10]), null] },
        { reason: { name: 'ReplyError', message: expect.stringContaining('WRONGTYPE') as string } },
        { reason: { name: 'ReplyError', message: expect.stringContaining('WRONGTYPE') as string } },
        { value: null },
        { value: 1 },
      ]);
    } finally {
      connection.close();
    }
  });

  it('are all answered, however many and large they are, and if the user may not read one of the keys', async () => {
    await redis.client.set('large:text', 'x'.repeat(600_000));
    await redis.client.set('large:other', 'y');
    await redis.client.acl('SETUSER', 'narrow', 'on', '>secret', '~large:*', '&*', '+@all');
    const connection = new RedisConnection(redis.url.replace('//', '//narrow:secret@'), {
      name: 'large',
      timeoutMs: 5000,
    });
    try {
      const { reads } = new StreamClient(connection);
      const get = (key: string) => ({ command: 'GET', key, args: [] });
      const many = Array.from({ length: 250 }, (_, index) => get(index % 50 === 0 ? 'large:text' : 'large:other'));
      const lengths = (await reads.many(many)).map((reply) => (reply as Buffer).length);
      expect(lengths).toEqual(many.map(({ key }) => (key === 'large:text' ? 600_000 : 1)));
      const replies = await reads.many([get('large:other'), get('foreign'), get('large:other')]);
      expect(replies).toEqual([Buffer.from('y'), expect.objectContaining({ name: 'ReplyError' }), Buffer.from('y')]);
      expect(String(replies[1])).toContain('NOPERM');
    } finally {
      connection.close();
    }
  });
});
