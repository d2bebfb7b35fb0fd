import { freshRedis, type TestRedis } from '@repo/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aclFile, USERS, type User } from '../src/index.js';

const REFUSED = /NOPERM|no permissions|can't run this command|can't access/i;

/** If the user may write to the key, a read-only script still gets another error. */
const REFUSED_TO_READERS = new RegExp(`${REFUSED.source}|Write commands are not allowed`, 'i');

/** Commands that no user of the shop may send. */
const FORBIDDEN_TO_ALL = [
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

/** Further commands that each user may not send. */
const FORBIDDEN: Record<User, string[]> = {
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
    // Keys that begin like those of its state but belong to the stream of the same name.
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

/** Scripts of users who may run scripts: a script has no more rights than its user. */
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

const MAY_RUN_READ_ONLY_SCRIPTS: readonly User[] = [
  'console',
  'viewer',
  'operator',
  'order-service',
  'payment-service',
];

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
    // No forbidden command has changed anything.
    expect(await redis.client.dbsize()).toBe(10);
    expect(await redis.client.xlen('ecommerce:orders')).toBe(1);
    expect(await redis.client.hgetall('ecommerce:inventory:stock')).toEqual({ sku: '7' });
  });

  async function refusal(user: User, [command = '', ...args]: string[]): Promise<string> {
    const client = clients.get(user);
    const answer: unknown = await client?.call(command, ...args).catch((error: unknown) => error);
    return answer instanceof Error ? answer.message : `was answered ${JSON.stringify(answer)}`;
  }

  it('is not the default user: nobody can connect without a user name', async () => {
    const nameless = new Redis(redis.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    nameless.on('error', () => undefined);
    await expect(nameless.connect().then(() => nameless.ping())).rejects.toThrow();
    nameless.disconnect();
    await expect(redis.client.duplicate({ username: 'viewer', password: passwords.console, lazyConnect: true, retryStrategy: () => null }).connect()).rejects.toThrow(); // prettier-ignore
  });

  describe.each(USERS)('%s', (user) => {
    it('may not send commands that are forbidden to all', async () => {
      for (const words of FORBIDDEN_TO_ALL) {
        expect(await refusal(user, words.split(' ')), `${user}: ${words}`).toMatch(REFUSED);
      }
    });

    it('may not send commands of other users', async () => {
      for (const words of FORBIDDEN[user]) {
        expect(await refusal(user, words.split(' ')), `${user}: ${words}`).toMatch(REFUSED);
      }
    });

    it('may not send them by a script either', async () => {
      for (const [script, key] of SCRIPTS[user] ?? []) {
        expect(await refusal(user, ['EVAL', script, '1', key]), `${user}: ${script} on ${key}`).toMatch(REFUSED);
      }
      if (MAY_RUN_READ_ONLY_SCRIPTS.includes(user)) {
        const script = 'return redis.call("XADD", KEYS[1], "*", "a", "b")';
        expect(await refusal(user, ['EVAL_RO', script, '1', 'ecommerce:orders'])).toMatch(REFUSED_TO_READERS);
        const others = 'return redis.call("HGETALL", "ecommerce:shipping:order:1")';
        expect(await refusal(user, ['EVAL_RO', others, '1', 'ecommerce:orders'])).toMatch(REFUSED);
      }
    });
  });

  it('has the same rights by ACL SETUSER as by the file, whatever rights it had before', async () => {
    const ofUser = (user: string) => redis.client.call('ACL', 'GETUSER', user);
    for (const line of aclFile(passwords, 'ecommerce').trimEnd().split('\n')) {
      const [, user = '', ...rules] = line.split(' ');
      const before = await ofUser(user);
      await redis.client.call('ACL', 'SETUSER', user, 'nopass', '+@all', '~*', '(+@all ~*)');
      await redis.client.call('ACL', 'SETUSER', user, ...rules);
      expect(await ofUser(user)).toEqual(before);
    }
  });

  it('called inspector may send the redis-cli commands of the README', async () => {
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
