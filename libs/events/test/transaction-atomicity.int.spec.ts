import { freshRedis, type TestRedis } from '@repo/testing';
import fc from 'fast-check';
import { TransactionRefusedError } from 'nestjs-event-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { DEFAULT_PAYLOAD_LIMITS } from '../src/model/payload-limits.js';
import { SubjectKeys } from '../src/personal/subject-keys.js';
import { settleArguments } from '../src/settle/settle-arguments.js';
import type { Settlement } from '../src/settle/settlement.js';
import { Partitions } from '../src/stream/keys/partitions.js';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import { NO_INSTRUMENTATION } from '../src/model/instrumentation.js';
import type { Transaction } from '../src/transaction/transaction.js';
import { effectsOf } from '../src/transaction/transaction-run.js';
import { WorkerTransaction } from '../src/transaction/worker-transaction.js';
import { WorkerReads } from '../src/transaction/worker-reads.js';

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
  `-${'9'.repeat(15)}`,
  '9'.repeat(16),
  '9223372036854775807',
);
const field = fc.constantFrom('f', 'g', '', '=', ':');
const whole = fc.constantFrom(1, -1, 5, 999_999_999_999_999, -999_999_999_999_999);
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

/** Increments of the same two numbers, again and again, and what may come between them. */
const counting: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: whole.map(
      (by): Write =>
        (t) =>
          t.hincrby('x', 'f', by),
    ),
  },
  {
    weight: 4,
    arbitrary: whole.map(
      (by): Write =>
        (t) =>
          t.incrby('y', by),
    ),
  },
  fc.constantFrom<Write>(
    (t) => t.hset('x', 'f', 7),
    (t) => t.hset('x', 'g', 7),
    (t) => t.hdel('x', 'f'),
    (t) => t.del('x'),
    (t) => t.set('y', 7),
    (t) => t.del('y'),
    (t) => t.set('x', 'text'),
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

  const address = { group: 'testers', consumer: 'me' };

  /** Puts the same contents below several prefixes. */
  async function hold(held: readonly (readonly string[] | undefined)[], prefixes: readonly string[]): Promise<void> {
    for (const [index, content] of held.entries()) {
      const [command = '', ...args] = content ?? [];
      for (const at of content ? prefixes : []) {
        await redis.client.call(command, `${at}:${KEYS[index] ?? ''}`, ...args);
      }
    }
  }

  const readsOf = new WeakMap<WorkerTransaction, WorkerReads>();

  /** Below `<prefix>:state`; for a delivery of an event of `<prefix>:notes`. */
  function transactionOn(client: StreamClient, prefix: string): WorkerTransaction {
    const partitions = new Partitions({ prefix, state: 'state', partitions: 1, sharedState: false });
    const limits = { ...DEFAULT_PAYLOAD_LIMITS, maxBytes: 1000, maxDepth: 10 };
    const cause = { event_id: '1', event_type: 'a', timestamp: '', version: '1.0', source: 'a', data: {} };
    const personal = { erasure: false, subjectKeys: new SubjectKeys(client) };
    const reads = new WorkerReads(client.reads);
    const parts = { reads, keyspace: partitions.at(0), partitions, source: 'a', limits, instrumentation: NO_INSTRUMENTATION, ...personal }; // prettier-ignore
    const transaction = new WorkerTransaction(parts, cause, 'A.on');
    readsOf.set(transaction, reads);
    return transaction;
  }

  async function deliver(client: StreamClient, prefix: string): Promise<string> {
    const stream = `${prefix}:notes`;
    await client.groups.ensure(stream, address.group);
    const id = (await redis.client.xadd(stream, '*', 'event_id', '1')) ?? expect.fail();
    await redis.client.xreadgroup('GROUP', address.group, address.consumer, 'STREAMS', stream, '>');
    return id;
  }

  const settlementOf = (prefix: string, id: string, transaction: WorkerTransaction): Settlement => ({
    streamKey: `${prefix}:notes`,
    id,
    eventId: '1',
    notes: `${prefix}:deliveries`,
    handler: 'A.on',
    handlers: ['A.on'],
    noteBecomes: undefined,
    keyRule: undefined,
    ...effectsOf(transaction),
    events: [],
  });

  async function settle(client: StreamClient, settlements: readonly Settlement[]): Promise<string[]> {
    const { keys, values } = settleArguments(address, settlements);
    return (await client.settling.settle(keys, values)).map(({ status }) => status);
  }

  it('applies all writes of a transaction as Redis applies them one by one, or none of them', async () => {
    const client = new StreamClient(connection);
    let committed = 0;
    let refused = 0;

    const property = fc.asyncProperty(
      fc.tuple(contents, contents),
      fc.array(writes, { maxLength: 5 }),
      async (held, list) => {
        await redis.client.flushdb();
        await hold(held, ['fuzz:state', 'twin']);
        const before = await look('fuzz:state');
        const id = await deliver(client, 'fuzz');
        const transaction = transactionOn(client, 'fuzz');
        let status = 'refused';
        try {
          for (const write of list) write(transaction);
          [status = ''] = await settle(client, [settlementOf('fuzz', id, transaction)]);
        } catch (error) {
          expect(error).toBeInstanceOf(TransactionRefusedError);
        }
        const [pending] = await redis.client.xpending('fuzz:notes', address.group);
        if (status === 'applied') {
          committed += 1;
          for (const { command, key: at, args } of effectsOf(transaction).writes) {
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

  it('settles several transactions in one call as it does one by one', async () => {
    const client = new StreamClient(connection);
    const seen = new Set<string>();
    const numbers = fc.constantFrom([['HSET', 'f', '1'], ['SET', '1']], [undefined, undefined]); // prettier-ignore
    // What is read is of before all of them, and what is expected comes true or not.
    type Read = (transaction: WorkerTransaction, prefix: string) => unknown;
    const reads = fc.oneof(
      fc.constantFrom<Read>(
        () => undefined,
        (t) => t.get('y'),
        (t) => t.hgetall('x'),
      ),
      fc.integer({ min: 0, max: 8 }).map((value): Read => async (t, prefix) => {
        // As a transaction before this one would set it.
        const earlier = { command: 'HSET', key: `${prefix}:state:x`, type: 'hash', integer: '', args: ['f', String(value)] } as const; // prettier-ignore
        const { written } = readsOf.get(t) ?? expect.fail();
        written.expect(['f']);
        written.handOver([earlier]);
        expect(await t.hmget('x', ['f'])).toEqual([String(value)]);
      }),
    );
    const property = fc.asyncProperty(
      fc.oneof(numbers, fc.tuple(contents, contents)),
      fc.array(fc.tuple(reads, fc.array(fc.oneof({ weight: 4, arbitrary: counting }, writes), { maxLength: 3 })), {
        maxLength: 12,
      }),
      async (held, lists) => {
        await redis.client.flushdb();
        await hold(held, ['fuzz:state', 'twin:state']);
        const prepared = async (prefix: string): Promise<Settlement[]> => {
          const settlements: Settlement[] = [];
          for (const [read, list] of lists) {
            const transaction = transactionOn(client, prefix);
            try {
              await read(transaction, prefix);
              for (const write of list) write(transaction);
            } catch {
              // Of the wrong type, or refused before it is sent: what was there by then is settled all the same.
            }
            settlements.push(settlementOf(prefix, await deliver(client, prefix), transaction));
          }
          return settlements;
        };
        const [together, alone] = [await prepared('fuzz'), await prepared('twin')];
        const statuses: string[] = [];
        for (const one of alone) statuses.push(...(await settle(client, [one])));
        expect(await settle(client, together)).toEqual(statuses);
        expect(await look('fuzz:state')).toEqual(await look('twin:state'));
        for (const status of statuses) seen.add(status);
      },
    );
    await fc.assert(property, { numRuns: 500 });
    expect([...seen].sort()).toEqual(['applied', 'conflict', 'refused']);
  });
});
