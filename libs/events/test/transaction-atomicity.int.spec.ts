import { freshRedis, type TestRedis } from '@repo/testing';
import fc from 'fast-check';
import { TransactionRefusedError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { settleArguments } from '../src/settle/settle-arguments.js';
import { Partitions } from '../src/stream/partitions.js';
import { StreamClient } from '../src/stream/stream-client.js';
import { Telemetry } from '../src/telemetry/telemetry.js';
import { Transaction } from '../src/transaction/transaction.js';

const KEYS = ['x', 'y'];
const key = fc.constantFrom(...KEYS);
const text = fc.constantFrom(
  '',
  'a',
  'text',
  '7',
  '-3',
  '007',
  '-0',
  '1.5',
  '9'.repeat(15),
  '9'.repeat(16),
  '9223372036854775807',
);
const field = fc.constantFrom('f', 'g', '', '=', ':');
const whole = fc.constantFrom(1, -1, 5, 999_999_999_999_999);
const score = fc.constantFrom(0, -1.5, 1e308);

type Write = (transaction: Transaction) => unknown;

/** One write of each kind, with values that sit at the borders of what Redis takes. */
const writes: fc.Arbitrary<Write> = fc.oneof(
  fc.tuple(key, text).map(
    ([k, value]): Write =>
      (t) =>
        t.set(k, value),
  ),
  fc.tuple(key, fc.constantFrom(-1, 0, 60_000)).map(
    ([k, ttlMs]): Write =>
      (t) =>
        t.set(k, 'x', { ttlMs }),
  ),
  fc.tuple(key, fc.constantFrom(-1, 0, 60_000)).map(
    ([k, ttlMs]): Write =>
      (t) =>
        t.expire(k, ttlMs),
  ),
  key.map(
    (k): Write =>
      (t) =>
        t.del(k),
  ),
  fc.tuple(key, whole).map(
    ([k, by]): Write =>
      (t) =>
        t.incrby(k, by),
  ),
  fc.tuple(key, field, whole).map(
    ([k, f, by]): Write =>
      (t) =>
        t.hincrby(k, f, by),
  ),
  fc.tuple(key, field, text).map(
    ([k, f, value]): Write =>
      (t) =>
        t.hset(k, { [f]: value }),
  ),
  fc.tuple(key, field).map(
    ([k, f]): Write =>
      (t) =>
        t.hdel(k, f),
  ),
  fc.tuple(key, text).map(
    ([k, member]): Write =>
      (t) =>
        t.sadd(k, member),
  ),
  fc.tuple(key, text).map(
    ([k, member]): Write =>
      (t) =>
        t.srem(k, member),
  ),
  fc.tuple(key, score, text).map(
    ([k, by, member]): Write =>
      (t) =>
        t.zadd(k, by, member),
  ),
  fc.tuple(key, score, text).map(
    ([k, by, member]): Write =>
      (t) =>
        t.zincrby(k, by, member),
  ),
  fc.tuple(key, text).map(
    ([k, member]): Write =>
      (t) =>
        t.zrem(k, member),
  ),
  fc.tuple(key, text).map(
    ([k, value]): Write =>
      (t) =>
        t.rpush(k, value),
  ),
  fc.tuple(key, text).map(
    ([k, value]): Write =>
      (t) =>
        t.lpush(k, value),
  ),
);

/** What a key holds before, as a command without its key. */
const contents = fc.oneof(
  fc.constant(undefined),
  text.map((value) => ['SET', value]),
  fc.tuple(field, text).map(([f, value]) => ['HSET', f, value]),
  text.map((member) => ['SADD', member]),
  fc.tuple(score, text).map(([at, member]) => ['ZADD', String(at), member]),
  text.map((value) => ['RPUSH', value]),
);

describe('transaction atomicity', () => {
  let redis: TestRedis;
  let connection: RedisConnection;
  beforeAll(async () => {
    redis = await freshRedis();
    connection = new RedisConnection(redis.url, { name: 'atomicity', timeoutMs: 5000 });
  });
  afterAll(async () => {
    connection.close();
    await redis.stop();
  });

  /** What the keys below a prefix hold. */
  const look = (at: string) => Promise.all(KEYS.map((name) => redis.client.dumpBuffer(`${at}:${name}`)));

  it('applies all writes of a transaction as Redis would one by one, or none of them', async () => {
    const client = new StreamClient(connection);
    const partitions = new Partitions({ prefix: 'fuzz', state: 'state', partitions: 1, sharedState: false });
    const keyspace = partitions.at(0);
    const [stream, group, consumer] = ['fuzz:notes', 'testers', 'me'];
    await client.ensureGroup(stream, group);
    let committed = 0;
    let refused = 0;

    const property = fc.asyncProperty(
      fc.tuple(contents, contents),
      fc.array(writes, { maxLength: 5 }),
      async (held, list) => {
        await redis.client.flushdb();
        await client.ensureGroup(stream, group);
        for (const [index, content] of held.entries()) {
          const [command = '', ...args] = content ?? [];
          for (const at of content ? ['fuzz:state', 'twin'] : []) {
            await redis.client.call(command, `${at}:${KEYS[index] ?? ''}`, ...args);
          }
        }
        const before = await look('fuzz:state');
        const id = (await redis.client.xadd(stream, '*', 'event_id', '1')) ?? expect.fail();
        await redis.client.xreadgroup('GROUP', group, consumer, 'STREAMS', stream, '>');

        const limits = { maxBytes: 1000, maxDepth: 10 };
        const cause = { event_id: '1', event_type: 'a', timestamp: '', version: '1.0', source: 'a', data: {} };
        const transaction = new Transaction(
          { client, keyspace, partitions, source: 'a', limits, telemetry: new Telemetry() },
          cause,
          'A.on',
        );
        let status = 'refused';
        try {
          for (const write of list) write(transaction);
          const settlement = {
            stream,
            id,
            eventId: '1',
            notes: 'fuzz:deliveries',
            handler: 'A.on',
            handlers: ['A.on'],
            noteBecomes: undefined,
            key: undefined,
            reads: [],
            writes: transaction.writes,
            events: [],
          };
          const { keys, values } = settleArguments({ group, consumer }, [settlement]);
          const [reply] = await client.settle(keys, values);
          status = reply?.status ?? '';
        } catch (error) {
          expect(error).toBeInstanceOf(TransactionRefusedError);
        }
        const [pending] = await redis.client.xpending(stream, group);
        if (status === 'committed') {
          committed += 1;
          for (const { command, key: at, args } of transaction.writes) {
            await redis.client.call(command, at.replace('fuzz:state', 'twin'), ...args); // throws where Redis refuses
          }
          expect(await look('fuzz:state')).toEqual(await look('twin'));
          expect(pending).toBe(0);
        } else {
          refused += 1;
          expect(status).toBe('refused');
          expect(await look('fuzz:state')).toEqual(before);
          expect(pending).toBe(1);
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
    expect([committed > 20, refused > 20]).toEqual([true, true]);
  });
});
