import { freshRedis, type TestRedis } from '@repo/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnection } from '../src/connection/redis-connection.js';
import { settleArguments } from '../src/settle/settle-arguments.js';
import type { Settlement } from '../src/settle/settlement.js';
import { StreamClient } from '../src/stream/clients/stream-client.js';
import type { SettleReply } from '../src/stream/clients/settle-client.js';
import { replyDigest } from '../src/transaction/reply-digest.js';
import type { BufferedWrite, TrackedRead } from '../src/transaction/effects.js';

const GROUP = 'testers';
const HANDLERS = ['A.on'];
const KEYS = ['one', 'other'];

type Effects = Pick<Settlement, 'reads' | 'writes'>;

const place = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('1', '7', '-3', 'text', '999999999999999');
const by = fc.constantFrom('1', '-2', '999999999999999');

/** What transactions do to a key, by what the key is for them. */
const WRITES = {
  hash: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constant('HSET'), fc.constant(''), fc.tuple(place, value)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('HINCRBY'), fc.constant(':'), fc.tuple(place, by)) },
    fc.tuple(fc.constant('HSET'), fc.constant(''), fc.tuple(place, value, place, value)),
    fc.tuple(fc.constant('HDEL'), fc.constant(''), fc.tuple(place)),
  ),
  string: fc.oneof(
    fc.tuple(fc.constant('SET'), fc.constant(''), fc.tuple(value)),
    fc.tuple(fc.constant('INCRBY'), fc.constant('='), fc.tuple(by)),
  ),
  set: fc.tuple(fc.constantFrom('SADD', 'SREM'), fc.constant(''), fc.tuple(place)),
  zset: fc.oneof(
    fc.tuple(fc.constantFrom('ZADD', 'ZINCRBY'), fc.constant(''), fc.tuple(fc.constantFrom('1', '2'), place)),
    fc.tuple(fc.constant('ZREM'), fc.constant(''), fc.tuple(place)),
  ),
  list: fc.tuple(fc.constantFrom('RPUSH', 'LPUSH'), fc.constant(''), fc.tuple(place)),
};
const gone = fc.tuple(fc.constant('DEL'), fc.constant(''), fc.tuple());

/** Writes of one transaction to one key: it does not take one for two things. */
const writesTo = (key: string): fc.Arbitrary<BufferedWrite[]> =>
  fc.constantFrom('hash', 'hash', 'hash', 'hash', 'string', 'set', 'zset', 'list').chain((type) =>
    fc.array(fc.oneof({ weight: 9, arbitrary: WRITES[type] }, gone), { maxLength: 3 }).map((writes) =>
      writes.map(([command, integer, args]) => {
        const isAny = command === 'DEL' || command === 'SET';
        return { command, key, type: isAny ? '' : type, integer, args };
      }),
    ),
  );

const readOf = (key: string): fc.Arbitrary<TrackedRead> =>
  fc
    .tuple(place, fc.constantFrom(null, '1', '2', '-1', '7'))
    .map(([field, held]) => ({ command: 'HMGET', key, args: [field], digest: replyDigest('HMGET', [held]) }));

const transaction: fc.Arbitrary<Effects> = fc.record({
  reads: fc.oneof(fc.constant([]), fc.array(fc.constantFrom(...KEYS).chain(readOf), { maxLength: 1 })),
  writes: fc.tuple(...KEYS.map(writesTo)).map((writes) => writes.flat()),
}); // prettier-ignore

const statusesOf = (replies: readonly SettleReply[]): string[] => replies.map(({ status }) => status);

describe('settle.lua, many transactions in one call,', () => {
  let redis: TestRedis;
  let client: StreamClient;
  beforeAll(async () => {
    redis = await freshRedis();
    client = new StreamClient(new RedisConnection(redis.url, { name: 'test', timeoutMs: 5000 }));
  });
  afterAll(async () => {
    client.connection.close();
    await redis.stop();
  });

  /** Delivers an event for each transaction, and gives the settlements, on keys of this stream's own. */
  async function deliver(stream: string, transactions: readonly Effects[]): Promise<Settlement[]> {
    const own = <T extends { key: string }>(items: readonly T[]): T[] =>
      items.map((item) => ({ ...item, key: `${stream}:${item.key}` }));
    const ids = transactions.map((_, index) => `${String(index + 1)}-1`);
    for (const id of ids) await redis.client.xadd(stream, id, 'event_id', id);
    await redis.client.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM');
    await redis.client.xreadgroup('GROUP', GROUP, 'me', 'STREAMS', stream, '>');
    const where = { streamKey: stream, notes: `${stream}:deliveries`, handler: 'A.on', handlers: HANDLERS };
    return transactions.map(({ reads, writes }, index) => {
      const id = ids[index] as string;
      const what = { noteBecomes: undefined, keyRule: undefined, reads: own(reads), writes: own(writes), events: [] };
      return { ...where, ...what, id, eventId: id };
    });
  }

  async function settle(settlements: readonly Settlement[]): Promise<SettleReply[]> {
    const { keys, values } = settleArguments({ group: GROUP, consumer: 'me' }, settlements);
    return client.settling.settle(keys, values);
  }

  async function stateOf(stream: string): Promise<unknown[]> {
    const held = KEYS.map(async (name) => {
      const key = `${stream}:${name}`;
      switch (await redis.client.type(key)) {
        case 'hash':
          return redis.client.hgetall(key);
        case 'string':
          return redis.client.get(key);
        case 'set':
          return (await redis.client.smembers(key)).sort();
        case 'zset':
          return redis.client.zrange(key, '0', '-1', 'WITHSCORES');
        default:
          return redis.client.lrange(key, 0, -1); // a list, or nothing
      }
    });
    return Promise.all(held);
  }

  it('does the same as one call for each, one after the other', async () => {
    let run = 0;
    const each = async (transactions: readonly Effects[]): Promise<void> => {
      run += 1;
      const together = `together-${String(run)}`;
      const apart = `apart-${String(run)}`;
      const replies = await settle(await deliver(together, transactions));
      const expected: SettleReply[] = [];
      for (const settlement of await deliver(apart, transactions)) expected.push(...(await settle([settlement])));
      // Of several reasons for a refusal any may be named.
      expect(statusesOf(replies)).toEqual(statusesOf(expected));
      expect(await stateOf(together)).toEqual(await stateOf(apart));
      await redis.client.flushall();
    };
    await fc.assert(fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 12 }), each), { numRuns: 400 });
  });

  it('sets the fields of one hash with one command, however many there are', async () => {
    const fields = Array.from({ length: 100 }, (_, number) => `field ${String(number)}`);
    const transactions = fields.map((field): Effects => {
      const args = Array.from({ length: 100 }, (_, place) => [`${field} ${String(place)}`, 'set']).flat();
      return { reads: [], writes: [{ command: 'HSET', key: 'one', type: 'hash', integer: '', args }] };
    });
    const settlements = await deliver('many', transactions);
    await redis.client.config('RESETSTAT');
    expect((await settle(settlements)).every(({ status }) => status === 'applied')).toBe(true);
    expect(await redis.client.hlen('many:one')).toBe(10_000);
    const [, calls] = /cmdstat_hset:calls=(\d+)/.exec(await redis.client.info('commandstats')) ?? [];
    expect(Number(calls)).toBeLessThan(30);
  });

  it('keeps the order of values that are pushed to a list, few or many', async () => {
    const pushed = [['a'], ['b'], Array.from({ length: 1500 }, (_, number) => String(number)), ['c'], ['d']];
    const transactions = pushed.map((args): Effects => {
      return { reads: [], writes: [{ command: 'RPUSH', key: 'one', type: 'list', integer: '', args }] };
    });
    await settle(await deliver('pushed', transactions));
    expect(await redis.client.lrange('pushed:one', 0, -1)).toEqual(pushed.flat());
  });

  it('shows a read the increments of the transactions before it', async () => {
    const add: BufferedWrite = { command: 'HINCRBY', key: 'one', type: 'hash', integer: ':', args: ['a', '1'] };
    const expecting = (held: string): Effects => {
      return {
        reads: [{ command: 'HMGET', key: 'one', args: ['a'], digest: replyDigest('HMGET', [held]) }],
        writes: [],
      };
    };
    const added = { reads: [], writes: [add] };
    const replies = await settle(await deliver('sum', [added, added, added, expecting('3'), expecting('1')]));
    expect(statusesOf(replies).slice(3)).toEqual(['applied', 'conflict']);
  });
});
