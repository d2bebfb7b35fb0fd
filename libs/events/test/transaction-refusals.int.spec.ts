import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { Transaction } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteFiled, NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

/** What is there, what a handler asks for, what the dead letter says. */
interface Refusal {
  before?: string[];
  write: (transaction: Transaction) => unknown;
  says: RegExp;
}

const KEY = 'refused:tester:key';

const refusals: Record<string, Refusal> = {
  'a hash write to a string': {
    before: ['SET', KEY, 'text'],
    write: (t) => t.hset('key', { a: 1 }),
    says: /HSET refused:tester:key: expected a hash, it holds a string/,
  },
  'a list write to a set': {
    before: ['SADD', KEY, 'a'],
    write: (t) => t.rpush('key', 'a'),
    says: /expected a list, it holds a set/,
  },
  'an increment of text': {
    before: ['SET', KEY, 'text'],
    write: (t) => t.incrby('key', 1),
    says: /expected an integer .*, it holds text/,
  },
  'an increment of a fraction': {
    before: ['HSET', KEY, 'a', '1.5'],
    write: (t) => t.hincrby('key', 'a', 1),
    says: /it holds 1\.5/,
  },
  'an increment of 007': { before: ['SET', KEY, '007'], write: (t) => t.incrby('key', 1), says: /it holds 007/ },
  'an increment of -0': {
    before: ['HSET', KEY, 'a', '-0'],
    write: (t) => t.hincrby('key', 'a', 1),
    says: /it holds -0/,
  },
  'an increment of a field without name': {
    before: ['HSET', KEY, '', 'text'],
    write: (t) => t.hincrby('key', '', 1),
    says: /it holds text/,
  },
  'an increment beyond 64 bits': {
    before: ['SET', KEY, '9223372036854775807'],
    write: (t) => t.incrby('key', 1),
    says: /at most 15 digits, it holds 9223372036854775807/,
  },
  'an increment of a hash': {
    before: ['HSET', KEY, 'a', '1'],
    write: (t) => t.incrby('key', 1),
    says: /expected a string, it holds a hash/,
  },
  'an increment by a fraction': {
    write: (t) => t.hincrby('key', 'a', 0.5),
    says: /hincrby: expected an integer .*, got 0\.5/,
  },
  'a score that is no number': {
    write: (t) => t.zadd('key', NaN, 'a'),
    says: /zadd: expected a finite number, got NaN/,
  },
  'a lifetime of nothing': { write: (t) => t.set('key', 'x', { ttlMs: 0 }), says: /set: expected .*, got 0/ },
  'a lifetime below nothing': { write: (t) => t.set('key', 'x', { ttlMs: -1 }), says: /set: expected .*, got -1/ },
  'two types for one key': {
    write: (t) => t.sadd('key', 'a').rpush('key', 'b'),
    says: /needs a list; this transaction made it a set/,
  },
  'an increment of what it set to text': {
    write: (t) => t.set('key', 'x').incrby('key', 1),
    says: /this transaction set "x"/,
  },
  'a read after a write': {
    write: (t) => t.set('key', 'x').get('key'),
    says: /GET refused:tester:key after a write to it: read first, then write/,
  },
  'a read of another type': { before: ['SET', KEY, 'text'], write: (t) => t.hgetall('key'), says: /WRONGTYPE/ },
};

describe('transaction refusals', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('apply nothing of a transaction when one write does not fit, and say why', async () => {
    const handler = noteHandler(
      async ({ data }, { transaction }) => {
        transaction.incrby('first', 1).publish(NoteFiled, data);
        await refusals[data.topic]?.write(transaction);
        transaction.rpush('last', 'x');
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'refused' }, [handler]);
    for (const [topic, { before = [], says }] of Object.entries(refusals)) {
      await redis.client.del(KEY);
      const [command = '', ...args] = before;
      if (command !== '') await redis.client.call(command, ...args);
      const dump = await redis.client.dumpBuffer(KEY);
      await worker.producer.publish(NoteTaken, { topic, number: 1 });
      await eventually(`${topic} is settled`, () =>
        worker.observations.some((seen) => 'partitionKey' in seen && seen.partitionKey === topic),
      );
      const deadLetter = (await readEntries(redis.client, 'refused:notes:dead-letters')).at(-1);
      expect.soft(deadLetter?.['entry.partition_key'], topic).toBe(topic);
      expect.soft(deadLetter?.['error_message'], topic).toMatch(says);
      expect.soft(await redis.client.dumpBuffer(KEY), topic).toEqual(dump);
      expect
        .soft(await redis.client.exists('refused:tester:first', 'refused:tester:last', 'refused:files'), topic)
        .toBe(0);
    }
  });

  it('leave the event pending, try it again, and make a dead letter of it at last', async () => {
    await redis.client.set('pending:tester:key', 'text');
    const pending: number[] = [];
    const handler = noteHandler(
      async (_, { transaction, attempt }) => {
        pending.push((await worker.monitor.pending('notes', 'testers')).count);
        transaction.sadd('tried', attempt.toString()).hset('key', { a: 1 });
      },
      { retry: { ...SOON, attempts: 3 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'pending' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is a dead letter', () => redis.client.xlen('pending:notes:dead-letters'));
    expect(pending).toEqual([1, 1, 1]);
    expect(await readEntries(redis.client, 'pending:notes:dead-letters')).toMatchObject([
      { reason: 'exhausted', attempts: '3', error_name: 'TransactionRefusedError' },
    ]);
    expect(await redis.client.exists('pending:tester:tried')).toBe(0);
  });

  it('end when their cause is gone', async () => {
    await redis.client.set('mended:tester:key', 'text');
    const handler = noteHandler((_, { transaction }) => transaction.hset('key', { a: 1 }), { retry: SOON });
    await using worker = await startWorker(redis.url, { prefix: 'mended' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it was refused', () => worker.observations.some(({ kind }) => kind === 'retried'));
    await redis.client.del('mended:tester:key');
    await eventually('it is applied', () => redis.client.hget('mended:tester:key', 'a'));
  });

  it('name the stream of an event that cannot be published, and publish none', async () => {
    await redis.client.set('target:files', 'not a stream');
    const handler = noteHandler(({ data }, { transaction }) => transaction.set('written', 1).publish(NoteFiled, data), {
      retry: { attempts: 1 },
    });
    await using worker = await startWorker(redis.url, { prefix: 'target' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is a dead letter', () => redis.client.xlen('target:notes:dead-letters'));
    const [deadLetter] = await readEntries(redis.client, 'target:notes:dead-letters');
    expect(deadLetter?.['error_message']).toMatch(/XADD target:files: expected a stream, it holds a string/);
    expect(await redis.client.exists('target:tester:written')).toBe(0);
  });
});
