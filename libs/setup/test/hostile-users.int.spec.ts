import { freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aclFile, USERS, type User } from '../src/index.js';

const REFUSED = /NOPERM|no permissions|can't run this command|can't access/i;

/** Where the user may write to the key, Redis still refuses what only looks. */
const REFUSED_TO_READERS = new RegExp(`${REFUSED.source}|Write commands are not allowed`, 'i');

/** Nobody of the shop may. */
const NOBODY = [
  'FLUSHALL',
  'FLUSHDB',
  'CONFIG GET *',
  'CONFIG SET appendonly no',
  'KEYS *',
  'ACL LIST',
  'ACL SETUSER evil on',
  'ACL LOG RESET',
  'SHUTDOWN NOSAVE',
  'SLOWLOG GET',
  'BGREWRITEAOF',
  'MIGRATE 127.0.0.1 1 ecommerce:orders 0 1',
  'SCRIPT FLUSH',
  'FUNCTION LIST',
  'FUNCTION DELETE a',
  'REPLICAOF 127.0.0.1 1',
  'CLIENT KILL TYPE normal',
  'CLIENT PAUSE 1000',
  'MONITOR',
  'SUBSCRIBE a',
  'PUBLISH a b',
  'SWAPDB 0 1',
  'DEL ecommerce:orders',
  'DEL ecommerce:inventory:dead-letters',
  'UNLINK ecommerce:orders',
  'RENAME ecommerce:orders ecommerce:payments',
  'COPY ecommerce:orders ecommerce:payments',
  'EXPIRE ecommerce:orders 1',
  'DUMP ecommerce:orders',
  'RESTORE ecommerce:orders 0 a REPLACE',
  'XTRIM ecommerce:orders MAXLEN 0',
  'XDEL ecommerce:orders 1-1',
  'XSETID ecommerce:orders 9999999999999-1',
  'XGROUP DESTROY ecommerce:orders payment_service',
  'XGROUP SETID ecommerce:orders payment_service $',
  'XADD other:orders * a b',
  'XRANGE other:orders - +',
  'GET other:order:count',
  'SET other:payment:count 1',
  'XADD ecommerce:unknown * a b',
];

/** What each user may not, besides. A script is words behind a bar, and what it takes. */
const ALSO: Record<User, string[]> = {
  'order-service': [
    'XADD ecommerce:payments * a b',
    'XADD ecommerce:orders:dead-letters * a b',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:orders >',
    'XACK ecommerce:orders payment_service 1-1',
    'HGETALL ecommerce:inventory:stock',
    'HGETALL ecommerce:processor:stock_by_sku',
    'HGETALL ecommerce:order:idempotency-keys',
    'SMEMBERS ecommerce:order:accepted',
    'DEL ecommerce:order:accepted',
    'SET ecommerce:order:anything 1',
  ],
  'payment-service': [
    'XADD ecommerce:orders * a b',
    'XADD ecommerce:inventory * a b',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:payments >',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:shipments >',
    'HGETALL ecommerce:inventory:stock',
    'HSET ecommerce:inventory:stock sku 1',
    'SMEMBERS ecommerce:order:accepted',
    'HGET ecommerce:orders:inventory_service:deliveries a',
    'XRANGE ecommerce:payments - +',
  ],
  'inventory-service': [
    'XADD ecommerce:payments * a b',
    'XREADGROUP GROUP inventory_service me STREAMS ecommerce:inventory >',
    'HGETALL ecommerce:shipping:order:1',
    'HGETALL ecommerce:processor:stock_by_sku',
    // What stands under the name of its state and is not of it: dead letters and notes of the stream of that name.
    'SET ecommerce:inventory:dead-letters 1',
    'HSET ecommerce:inventory:shipping_service:deliveries a b',
    'HSET ecommerce:inventory:ecommerce_processors:replays a b',
    'SET ecommerce:inventory:anything 1',
  ],
  'shipping-service': [
    'XADD ecommerce:inventory * a b',
    'XREADGROUP GROUP shipping_service me STREAMS ecommerce:payments >',
    'HGETALL ecommerce:inventory:stock',
    'HGETALL ecommerce:inventory:order:1',
    'HSET ecommerce:processor:stock_by_sku sku 1',
  ],
  processor: [
    ...['orders', 'payments', 'inventory', 'shipments'].map((stream) => `XADD ecommerce:${stream} * a b`),
    'HGETALL ecommerce:inventory:stock',
    'SMEMBERS ecommerce:order:accepted',
    'HSET ecommerce:orders:payment_service:deliveries a b',
    'SET ecommerce:processor:anything 1',
  ],
  console: [
    'XADD ecommerce:orders * a b',
    'XACK ecommerce:orders payment_service 1-1',
    'XCLAIM ecommerce:orders payment_service me 0 1-1',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:orders >',
    'HGETALL ecommerce:processor:order:1',
    'HSET ecommerce:processor:stock_by_sku sku 1',
    'HGETALL ecommerce:order:idempotency-keys',
    'SADD ecommerce:order:poison a',
  ],
  viewer: [
    'XADD ecommerce:orders * a b',
    'XADD ecommerce:orders:payment_service:replays * a b',
    'XDEL ecommerce:orders:dead-letters 1-1',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:orders >',
    'XACK ecommerce:orders payment_service 1-1',
    'XCLAIM ecommerce:orders payment_service me 0 1-1',
    'XAUTOCLAIM ecommerce:orders payment_service me 0 0',
    'XGROUP CREATE ecommerce:orders other $',
    'XGROUP CREATECONSUMER ecommerce:orders payment_service me',
    'XGROUP DELCONSUMER ecommerce:orders payment_service me',
    'EVAL return{} 0',
    'SCRIPT LOAD return{}',
    'HGETALL ecommerce:processor:order:1',
    'HSET ecommerce:processor:stock_by_sku sku 1',
    'SADD ecommerce:order:poison a',
  ],
  operator: [
    'XADD ecommerce:orders * a b',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:orders >',
    'XACK ecommerce:orders payment_service 1-1',
    'HGETALL ecommerce:processor:stock_by_sku',
    'SMEMBERS ecommerce:order:accepted',
  ],
  audit: [
    'XADD ecommerce:orders * a b',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:orders >',
    'EVAL return{} 0',
    'EVAL_RO return{} 0',
    'SCAN 0',
    'CLIENT LIST',
    'HGETALL ecommerce:processor:order:1',
    'HGETALL ecommerce:order:idempotency-keys',
    'SADD ecommerce:order:poison a',
  ],
  inspector: [
    'XADD ecommerce:orders * a b',
    'XREADGROUP GROUP payment_service me STREAMS ecommerce:orders >',
    'XACK ecommerce:orders payment_service 1-1',
    'XGROUP CREATE ecommerce:orders other $',
    'EVAL return{} 0',
    'EVAL_RO return{} 0',
    'SCAN 0',
    'CLIENT LIST',
    'HGETALL ecommerce:processor:stock_by_sku',
    'HGETALL ecommerce:shipping:order:1',
    'SMEMBERS ecommerce:order:accepted',
    'MULTI',
  ],
};

/** Who may run scripts: what a script does counts as if its user did it. */
const SCRIPTS: Partial<Record<User, [script: string, key: string][]>> = {
  'order-service': [
    ['redis.call("XADD", "ecommerce:payments", "*", "a", "b")', 'ecommerce:orders'],
    ['redis.call("XTRIM", KEYS[1], "MAXLEN", 0)', 'ecommerce:orders'],
    ['redis.call("DEL", KEYS[1])', 'ecommerce:orders'],
    ['return 1', 'ecommerce:inventory:stock'],
  ],
  'payment-service': [
    ['redis.call("XADD", "ecommerce:orders", "*", "a", "b")', 'ecommerce:orders'],
    ['redis.call("XADD", KEYS[1], "*", "a", "b")', 'ecommerce:inventory'],
    ['redis.call("DEL", KEYS[1])', 'ecommerce:payments'],
    ['redis.call("HGETALL", "ecommerce:inventory:stock")', 'ecommerce:orders'],
    ['redis.call("FLUSHALL")', 'ecommerce:orders'],
    ['redis.call("KEYS", "*")', 'ecommerce:orders'],
  ],
  'inventory-service': [
    ['redis.call("DEL", "ecommerce:inventory:dead-letters")', 'ecommerce:orders'],
    ['redis.call("SET", KEYS[1], 1)', 'ecommerce:inventory:dead-letters'],
  ],
  processor: [['redis.call("HSET", "ecommerce:inventory:stock", "sku", 1)', 'ecommerce:orders']],
  console: [
    ['redis.call("XTRIM", KEYS[1], "MAXLEN", 0)', 'ecommerce:orders'],
    ['redis.call("XADD", KEYS[1], "*", "a", "b")', 'ecommerce:orders'],
    ['redis.call("HGETALL", "ecommerce:inventory:stock")', 'ecommerce:orders'],
  ],
};

const MAY_LOOK_BY_SCRIPT: readonly User[] = ['console', 'viewer', 'operator', 'order-service', 'payment-service'];

describe('a Redis user of the shop', () => {
  let redis: TestRedis;
  const clients = new Map<User, Redis>();
  const passwords = Object.fromEntries(USERS.map((user) => [user, `the-password-of-${user}`])) as Record<User, string>;

  beforeAll(async () => {
    redis = await freshRedis({ acl: aclFile(passwords, 'ecommerce') });
    for (const user of USERS) {
      const password = passwords[user];
      clients.set(
        user,
        new Redis(redis.url, {
          username: user,
          password,
          protocol: 2,
          disableClientInfo: true,
          enableReadyCheck: false,
        }),
      );
    }
    for (const stream of ['orders', 'payments', 'inventory', 'shipments']) {
      await redis.client.xadd(`ecommerce:${stream}`, '1-1', 'a', 'b');
      await redis.client.xadd(`ecommerce:${stream}:dead-letters`, '1-1', 'a', 'b');
      await redis.client.xgroup('CREATE', `ecommerce:${stream}`, 'payment_service', '0');
    }
    await redis.client.hset('ecommerce:inventory:stock', 'sku', '7');
    await redis.client.sadd('ecommerce:order:accepted', 'an-order');
  });
  afterAll(async () => {
    for (const client of clients.values()) client.disconnect();
    await redis.stop();
  });
  afterEach(async () => {
    // Whatever was tried: all is as it was.
    expect(await redis.client.dbsize()).toBe(10);
    expect(await redis.client.xlen('ecommerce:orders')).toBe(1);
    expect(await redis.client.hgetall('ecommerce:inventory:stock')).toEqual({ sku: '7' });
  });

  async function refusal(user: User, [command = '', ...args]: string[]): Promise<string> {
    const client = clients.get(user);
    const answer: unknown = await client?.call(command, ...args).catch((error: unknown) => error);
    return answer instanceof Error ? answer.message : `was answered ${JSON.stringify(answer)}`;
  }

  it('is not the default one: nobody comes in without a name', async () => {
    const nameless = new Redis(redis.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    nameless.on('error', () => undefined);
    await expect(nameless.connect().then(() => nameless.ping())).rejects.toThrow();
    nameless.disconnect();
    await expect(redis.client.duplicate({ username: 'viewer', password: passwords.console, lazyConnect: true, retryStrategy: () => null }).connect()).rejects.toThrow(); // prettier-ignore
  });

  describe.each(USERS)('%s', (user) => {
    it('may not do what nobody may', async () => {
      for (const words of NOBODY) {
        expect(await refusal(user, words.split(' ')), `${user}: ${words}`).toMatch(REFUSED);
      }
    });

    it('may not do what is the business of others', async () => {
      for (const words of ALSO[user]) {
        expect(await refusal(user, words.split(' ')), `${user}: ${words}`).toMatch(REFUSED);
      }
    });

    it('may not do it by a script either', async () => {
      for (const [script, key] of SCRIPTS[user] ?? []) {
        expect(await refusal(user, ['EVAL', script, '1', key]), `${user}: ${script} on ${key}`).toMatch(REFUSED);
      }
      if (MAY_LOOK_BY_SCRIPT.includes(user)) {
        const script = 'return redis.call("XADD", KEYS[1], "*", "a", "b")';
        expect(await refusal(user, ['EVAL_RO', script, '1', 'ecommerce:orders'])).toMatch(REFUSED_TO_READERS);
        const others = 'return redis.call("HGETALL", "ecommerce:shipping:order:1")';
        expect(await refusal(user, ['EVAL_RO', others, '1', 'ecommerce:orders'])).toMatch(REFUSED);
      }
    });
  });

  it('is the same by ACL SETUSER as by the file, whatever it may have been before', async () => {
    const ofUser = (user: string) => redis.client.call('ACL', 'GETUSER', user);
    for (const line of aclFile(passwords, 'ecommerce').trimEnd().split('\n')) {
      const [, user = '', ...rules] = line.split(' ');
      const before = await ofUser(user);
      await redis.client.call('ACL', 'SETUSER', user, 'nopass', '+@all', '~*', '(+@all ~*)');
      await redis.client.call('ACL', 'SETUSER', user, ...rules);
      expect(await ofUser(user)).toEqual(before);
    }
  });

  it('called inspector answers what the README asks by redis-cli', async () => {
    const inspector = clients.get('inspector');
    await redis.client.xgroup('CREATE', 'ecommerce:orders', 'ecommerce_processors', '0');
    await redis.client.call('ACL', 'LOG', 'RESET');
    for (const words of [
      'PING',
      'XLEN ecommerce:orders',
      'XINFO STREAM ecommerce:orders',
      'XINFO GROUPS ecommerce:orders',
      'XRANGE ecommerce:orders - + COUNT 5',
      'XREVRANGE ecommerce:orders + - COUNT 5',
      'XINFO CONSUMERS ecommerce:orders ecommerce_processors',
      'XPENDING ecommerce:orders ecommerce_processors',
      'XLEN ecommerce:orders:dead-letters',
    ]) {
      const [command = '', ...args] = words.split(' ');
      await inspector?.call(command, ...args);
    }
    expect(await redis.client.call('ACL', 'LOG')).toEqual([]);
  });
});
