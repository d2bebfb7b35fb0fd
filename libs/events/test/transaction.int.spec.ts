import { eventually, freshRedis, type TestRedis } from '@repo/testing';
import type { Transaction } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from './entries.js';
import { noteHandler, SOON } from './handlers.js';
import { NoteFiled, NoteTaken } from './notes.js';
import { startWorker } from './worker.js';

/** What is there before, what a handler writes, what a command then shows. */
interface Write {
  before?: string[][];
  write: (transaction: Transaction) => unknown;
  look: string[];
  shows: unknown;
}

const KEY = 'write:tester:key';
const MANY = Array.from({ length: 9000 }, (_, index) => `value ${String(index)}`);

const writes: Record<string, Write> = {
  set: { write: (t) => t.set('key', 'text'), look: ['GET', KEY], shows: 'text' },
  'set over another type': {
    before: [['SADD', KEY, 'a']],
    write: (t) => t.set('key', 7),
    look: ['GET', KEY],
    shows: '7',
  },
  'set with a lifetime': { write: (t) => t.set('key', 'x', { ttlMs: 60_000 }), look: ['TYPE', KEY], shows: 'string' },
  del: { before: [['SET', KEY, 'x']], write: (t) => t.del('key'), look: ['EXISTS', KEY], shows: 0 },
  expire: { before: [['SET', KEY, 'x']], write: (t) => t.expire('key', 1), look: ['EXISTS', KEY], shows: 0 },
  incrby: { before: [['SET', KEY, '5']], write: (t) => t.incrby('key', -7), look: ['GET', KEY], shows: '-2' },
  'incrby of nothing': { write: (t) => t.incrby('key', 1).incrby('key', 2), look: ['GET', KEY], shows: '3' },
  hset: {
    before: [['HSET', KEY, 'kept', '1', 'pen', '1']],
    write: (t) => t.hset('key', { pen: 2, ink: 'blue' }),
    look: ['HMGET', KEY, 'kept', 'pen', 'ink'],
    shows: ['1', '2', 'blue'],
  },
  hincrby: {
    before: [['HSET', KEY, 'pen', '5']],
    write: (t) => t.hincrby('key', 'pen', -2).hincrby('key', 'ink', 4).hincrby('key', '=', 1).hincrby('key', '', 1),
    look: ['HMGET', KEY, 'pen', 'ink', '=', ''],
    shows: ['3', '4', '1', '1'],
  },
  hdel: {
    before: [['HSET', KEY, 'a', '1', 'b', '2']],
    write: (t) => t.hdel('key', 'a'),
    look: ['HKEYS', KEY],
    shows: ['b'],
  },
  sadd: { write: (t) => t.sadd('key', 'a', 'b', 'a'), look: ['SCARD', KEY], shows: 2 },
  srem: { before: [['SADD', KEY, 'a', 'b']], write: (t) => t.srem('key', 'a'), look: ['SMEMBERS', KEY], shows: ['b'] },
  zadd: { write: (t) => t.zadd('key', 1.5, 'a'), look: ['ZSCORE', KEY, 'a'], shows: '1.5' },
  zincrby: {
    before: [['ZADD', KEY, '1', 'a']],
    write: (t) => t.zincrby('key', 2, 'a'),
    look: ['ZSCORE', KEY, 'a'],
    shows: '3',
  },
  zrem: {
    before: [['ZADD', KEY, '1', 'a', '2', 'b']],
    write: (t) => t.zrem('key', 'a'),
    look: ['ZRANGE', KEY, '0', '-1'],
    shows: ['b'],
  },
  rpush: {
    before: [['RPUSH', KEY, 'a']],
    write: (t) => t.rpush('key', 'b', 3),
    look: ['LRANGE', KEY, '0', '-1'],
    shows: ['a', 'b', '3'],
  },
  lpush: {
    before: [['RPUSH', KEY, 'a']],
    write: (t) => t.lpush('key', 'b', 'c'),
    look: ['LRANGE', KEY, '0', '-1'],
    shows: ['c', 'b', 'a'],
  },
  'thousands of values': { write: (t) => t.rpush('key', ...MANY), look: ['LRANGE', KEY, '0', '-1'], shows: MANY },
  'thousands of values in reverse': {
    write: (t) => t.lpush('key', ...MANY),
    look: ['LRANGE', KEY, '0', '-1'],
    shows: [...MANY].reverse(),
  },
  'thousands of fields': {
    write: (t) => t.hset('key', Object.fromEntries(MANY.map((name) => [name, `${name} held`]))),
    look: ['HLEN', KEY],
    shows: MANY.length,
  },
  'thousands of writes': {
    write: (t) => {
      for (const value of MANY) t.rpush('key', value);
    },
    look: ['LRANGE', KEY, '0', '-1'],
    shows: MANY,
  },
  'no values at all': {
    write: (t) => t.sadd('key').srem('key').hset('key', {}).hdel('key').rpush('key'),
    look: ['EXISTS', KEY],
    shows: 0,
  },
  'another type after a deletion': {
    before: [['SET', KEY, 'text']],
    write: (t) => t.del('key').rpush('key', 'a'),
    look: ['LRANGE', KEY, '0', '-1'],
    shows: ['a'],
  },
};

describe('transaction', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await freshRedis();
  });
  afterAll(() => redis.stop());

  it('applies every write with the acknowledgement', async () => {
    const handler = noteHandler(({ data }, { transaction }) => writes[data.topic]?.write(transaction), {
      retry: { attempts: 1 },
    });
    await using worker = await startWorker(redis.url, { prefix: 'write' }, [handler]);
    for (const [topic, { before = [], look, shows }] of Object.entries(writes)) {
      await redis.client.del(KEY);
      for (const [command = '', ...args] of before) await redis.client.call(command, ...args);
      await worker.producer.publish(NoteTaken, { topic, number: 1 });
      await eventually(`${topic} is settled`, () =>
        worker.observations.some((seen) => 'partitionKey' in seen && seen.partitionKey === topic),
      );
      expect.soft(worker.observations.at(-1), topic).toMatchObject({ kind: 'handled', partitionKey: topic });
      const [command = '', ...args] = look;
      expect.soft(await redis.client.call(command, ...args), topic).toEqual(shows);
    }
    expect((await worker.monitor.pending('notes', 'testers')).count).toBe(0);
  });

  it('reads values as Redis has them', async () => {
    const at = 'read:tester:';
    await redis.client.set(`${at}text`, 'Zoë');
    await redis.client.hset(`${at}hash`, { b: '2', a: '1', __proto__x: '3' });
    await redis.client.call('HSET', `${at}hash`, '__proto__', 'kept');
    await redis.client.sadd(`${at}set`, 'x', 'Y', 'z');
    await redis.client.rpush(`${at}list`, 'a', '', 'c');
    await redis.client.zadd(`${at}scores`, 2, 'two', 1.5, 'one');
    const seen: unknown[] = [];
    const handler = noteHandler(async (_, { transaction: t }) => {
      seen.push(
        await t.get('text'),
        await t.get('none'),
        await t.hget('hash', 'a'),
        await t.hget('hash', 'none'),
        await t.hmget('hash', ['b', 'none']),
        Object.entries(await t.hgetall('hash')).sort(),
        await t.hgetall('none'),
        await t.exists('set'),
        await t.exists('none'),
        await t.sismember('set', 'x'),
        await t.sismember('none', 'x'),
        (await t.smembers('set')).sort(),
        await t.lrange('list', 0, -1),
        await t.lrange('none', 0, -1),
        await t.zscore('scores', 'one'),
        await t.zscore('scores', 'none'),
        await t.zrange('scores', 0, -1),
      );
      t.set('done', 1);
    });
    await using worker = await startWorker(redis.url, { prefix: 'read' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is committed', () => redis.client.get(`${at}done`));
    const hash = [
      ['__proto__', 'kept'],
      ['__proto__x', '3'],
      ['a', '1'],
      ['b', '2'],
    ];
    expect(seen).toEqual([
      'Zoë',
      null,
      '1',
      null,
      ['2', null],
      hash,
      {},
      true,
      false,
      true,
      false,
      ['Y', 'x', 'z'],
      ['a', '', 'c'],
      [],
      1.5,
      null,
      ['one', 'two'],
    ]);
  });

  it('commits after reads of bytes that are no text', async () => {
    await redis.client.hset('bytes:tester:blob', 'bytes', Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    let runs = 0;
    const handler = noteHandler(async (_, { transaction }) => {
      runs += 1;
      await transaction.hgetall('blob');
      transaction.set('done', 1);
    });
    await using worker = await startWorker(redis.url, { prefix: 'bytes' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is committed', () => redis.client.get('bytes:tester:done'));
    expect(runs).toBe(1);
  });

  it('publishes events that name their cause, with ids that follow from it', async () => {
    const ids: string[] = [];
    const handler = noteHandler(
      (event, { transaction, attempt }) => {
        const file = { topic: event.data.topic, number: event.data.number };
        ids.push(
          transaction.publish(NoteFiled, file),
          transaction.publish(NoteFiled, { ...file, number: 99 }),
          transaction.uuid('x'),
        );
        if (attempt === 1) throw new Error('the first attempt comes to nothing');
      },
      { retry: SOON },
    );
    await using worker = await startWorker(redis.url, { prefix: 'publish' }, [handler]);
    const eventId = crypto.randomUUID();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 }, { eventId, correlationId: 'c-1', traceparent });
    await eventually('the answers are published', async () => (await redis.client.xlen('publish:files')) === 2);

    expect(ids.slice(0, 3)).toEqual(ids.slice(3));
    expect(new Set(ids).size).toBe(3);
    const common = {
      event_type: 'note_filed',
      source: 'tester',
      correlation_id: 'c-1',
      causation_id: eventId,
      traceparent,
    };
    expect(await readEntries(redis.client, 'publish:files')).toMatchObject([
      { ...common, event_id: ids[0], data: '{"topic":"a","number":1}', partition_key: 'a' },
      { ...common, event_id: ids[1], data: '{"topic":"a","number":99}' },
    ]);
  });

  it('starts a correlation where there is none', async () => {
    const handler = noteHandler(({ data }, { transaction }) => transaction.publish(NoteFiled, data));
    await using worker = await startWorker(redis.url, { prefix: 'start' }, [handler]);
    const eventId = crypto.randomUUID();
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 }, { eventId });
    await eventually('the answer is published', () => redis.client.xlen('start:files'));
    const [answer] = await readEntries(redis.client, 'start:files');
    expect(answer).toMatchObject({ correlation_id: eventId, causation_id: eventId });
  });

  it('publishes no invalid event, and applies nothing else of that run', async () => {
    const handler = noteHandler(
      (_, { transaction }) => {
        transaction.set('written', 1).publish(NoteFiled, { topic: 'a', number: 1.5 });
      },
      { retry: { attempts: 1 } },
    );
    await using worker = await startWorker(redis.url, { prefix: 'invalid' }, [handler]);
    await worker.producer.publish(NoteTaken, { topic: 'a', number: 1 });
    await eventually('it is a dead letter', () => redis.client.xlen('invalid:notes:dead-letters'));
    expect(await redis.client.exists('invalid:files', 'invalid:tester:written')).toBe(0);
  });
});
