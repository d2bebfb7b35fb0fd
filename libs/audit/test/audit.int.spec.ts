import { createServer, type AddressInfo } from 'node:net';
import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { audit } from '../src/audit.js';
import { run } from '../src/cli.js';
import { withRedis } from '../src/connection.js';
import { NotQuietError, waitUntilQuiet } from '../src/quiet.js';
import { takeSnapshot } from '../src/snapshot.js';
import { READERS } from '../src/keys.js';
import { TestShop } from './test-shop.js';
import { validShop } from './valid-shop.js';
import { store } from './stored-shop.js';

let redis: TestRedis;
let shops = 0;

beforeAll(async () => {
  redis = await freshRedis();
});

afterAll(async () => {
  await redis.stop();
});

/** Stores a shop under a prefix of its own. @returns the prefix */
async function stored(shop: TestShop): Promise<string> {
  shops += 1;
  const prefix = `shop${String(shops)}`;
  await store(redis.client, prefix, shop);
  return prefix;
}

/** Runs the command line. */
async function command(argv: string[], env: Record<string, string> = {}) {
  const written = { out: '', err: '' };
  const code = await run({
    argv,
    env: { REDIS_URL: redis.url, ...env },
    stdout: { write: (text: string) => (written.out += text) },
    stderr: { write: (text: string) => (written.err += text) },
  });
  return { code, ...written };
}

describe('the snapshot', () => {
  it('has everything that the shop holds, also beyond one page', async () => {
    const shop = validShop(1500);
    const prefix = await stored(shop);
    const { streams, ...snapshot } = await withRedis(redis.url, (client) => takeSnapshot(client, prefix));
    const { streams: expected, ...rest } = shop.snapshot();
    expect(snapshot).toEqual({ ...rest, prefix });
    expect(streams).toEqual(expected.map((look) => ({ ...look, key: `${prefix}:${look.name}` })));
  });

  it('rejects an entry that is not UTF-8, but not one that contains the replacement character', async () => {
    const prefix = await stored(validShop());
    const key = `${prefix}:orders`;
    const [, fields = []] = (await redis.client.xrange(key, '-', '+', 'COUNT', 1))[0] ?? [];
    const named = (name: Buffer) =>
      fields.map((field) => Buffer.from(field.replace('Ada', name.toString('latin1')), 'latin1'));
    const wrong = await redis.client.xadd(key, '*', ...named(Buffer.from([0xff])));
    await redis.client.xadd(key, '*', ...named(Buffer.from('\ufffd')));
    const { rejected } = await withRedis(redis.url, (client) => takeSnapshot(client, prefix));
    expect(rejected.filter(({ why }) => why.includes('UTF-8')).map(({ id }) => id)).toEqual([wrong]);
    expect(rejected.find(({ id }) => id === wrong)?.why).toBe('Expected data as UTF-8');
  });

  it('has the pending entries of a group, and its lag', async () => {
    const prefix = await stored(validShop());
    const key = `${prefix}:orders`;
    await redis.client.xgroup('SETID', key, 'payment_service', '0', 'ENTRIESREAD', 0);
    await redis.client.xreadgroup('GROUP', 'payment_service', 'worker', 'COUNT', 2, 'STREAMS', key, '>');
    const [first, second, ...others] = await redis.client.xrange(key, '-', '+');
    const { streams, pendingIds } = await withRedis(redis.url, (client) => takeSnapshot(client, prefix));
    const group = streams[0]?.groups.find(({ name }) => name === 'payment_service');
    expect(group).toEqual({ name: 'payment_service', pending: 2, lag: others.length });
    expect([...pendingIds]).toEqual([[`${key} payment_service`, [first?.[0], second?.[0]]]]);
  });

  it('does not count an unknown lag as 0', async () => {
    const prefix = await stored(validShop());
    const key = `${prefix}:payments`;
    const [, second, third] = await redis.client.xrange(key, '-', '+');
    await redis.client.xgroup('SETID', key, 'inventory_service', second?.[0] ?? '');
    await redis.client.xdel(key, third?.[0] ?? '');
    const { streams } = await withRedis(redis.url, (client) => takeSnapshot(client, prefix));
    expect(streams[1]?.groups.find(({ name }) => name === 'inventory_service')).toMatchObject({
      pending: 0,
      lag: null,
    });
  });
});

it('the snapshot of a running shop is of one moment', async () => {
  const shop = validShop();
  const prefix = await stored(shop);
  const { streams: expectedStreams, ...expected } = structuredClone(shop.snapshot());
  const { streams, ...snapshot } = await withRedis(redis.url, async (client) => {
    // Entries are read after that moment, and the shop appends one before the first reply.
    const read = client.xrange.bind(client) as (...args: unknown[]) => Promise<[string, string[]][]>;
    vi.spyOn(client, 'xrange').mockImplementationOnce(async (...args: unknown[]) => {
      shop.completeOrder([{ sku: 'PEN-0042', quantity: 1 }]);
      await store(redis.client, prefix, shop);
      return read(...args);
    });
    return takeSnapshot(client, prefix);
  });
  expect(snapshot).toEqual({ ...expected, prefix });
  expect(streams.map(({ lastId }) => lastId)).toEqual(expectedStreams.map(({ lastId }) => lastId));
  const later = await audit(redis.url, { prefix });
  expect(later).toMatchObject({ kept: true, summary: { orders: { placed: 14 } } });
});

describe('the audit', () => {
  it('reports every law of a valid shop as kept, and changes nothing', async () => {
    const prefix = await stored(validShop());
    const keys = await redis.client.keys(`${prefix}:*`);
    const dumps = await Promise.all(keys.map((key) => redis.client.dumpBuffer(key)));
    expect(await audit(redis.url, { prefix })).toMatchObject({ prefix, kept: true, quiet: true, open: [] });
    expect(await redis.client.keys(`${prefix}:*`)).toHaveLength(keys.length);
    expect(await Promise.all(keys.map((key) => redis.client.dumpBuffer(key)))).toEqual(dumps);
  });

  it('finds an entry that a group did not settle', async () => {
    const prefix = await stored(validShop());
    await redis.client.xgroup('SETID', `${prefix}:shipments`, 'ecommerce_processors', '0');
    await redis.client.xreadgroup('GROUP', 'ecommerce_processors', 'worker', 'STREAMS', `${prefix}:shipments`, '>');
    const report = await audit(redis.url, { prefix });
    expect(report).toMatchObject({ kept: false, quiet: false });
    expect(report.laws.filter(({ problems }) => problems.length > 0).map(({ law }) => law)).toEqual([7]);
  });

  it('counts a dead letter as settled if it was discarded, or replayed and handled', async () => {
    const shop = validShop();
    const { id } = shop.addInvalid('orders', { order_id: 'x' });
    const prefix = await stored(shop);
    const key = `${prefix}:orders:dead-letters`;
    for (const [deadLetter, fields] of await redis.client.xrange(key, '-', '+')) {
      if (fields[fields.indexOf('entry_id') + 1] !== id) continue;
      await redis.client.xdel(key, deadLetter);
      const group = fields[fields.indexOf('group') + 1] ?? '';
      await redis.client.xadd(`${key}:history`, '*', 'action', 'replayed', 'entryId', id, 'group', group);
    }
    expect(await audit(redis.url, { prefix })).toMatchObject({ kept: true, quiet: true });

    await redis.client.xadd(`${prefix}:orders:payment_service:replays`, '*', 'replay_id', id);
    expect(await audit(redis.url, { prefix })).toMatchObject({ kept: false, quiet: false });
  });

  it('rejects events of a source that must not publish them, as every group does', async () => {
    const shop = validShop();
    const changes = [{ sku: 'PEN-0042', quantity_change: 500, stock_level: -5 }];
    shop.addInvalid('inventory', { reason: 'restock', changes }, { source: 'mallory' });
    const [orderId] = [...shop.accepted];
    const payment = { payment_id: shop.uuid(), order_id: orderId, method: 'card', status: 'approved', amount: 1, currency: 'EUR' }; // prettier-ignore
    const forged = shop.append('payments', payment, { source: 'order_service' });
    const prefix = await stored(shop);
    const report = await audit(redis.url, { prefix });
    const problems = report.laws.flatMap((law) => law.problems);
    expect(problems).toEqual(
      READERS.payments.map((group) => `entry ${forged.id} of ${prefix}:payments is not a valid event, but not a dead letter of ${group} either: Expected payment_processed from payment_service, got one from order_service`), // prettier-ignore
    );
  });

  it('says which key it cannot read', async () => {
    const prefix = await stored(validShop(1));
    await redis.client.set(`${prefix}:processor:stock_by_sku`, 'x');
    const name = `HGETALL ${prefix}:processor:stock_by_sku: WRONGTYPE`;
    await expect(audit(redis.url, { prefix })).rejects.toThrow(`${new URL(redis.url).host} refused ${name}`);
  });
});

describe('waiting until the shop is quiet', () => {
  it('ends when it is', async () => {
    const prefix = await stored(validShop());
    await waitUntilQuiet(redis.url, { prefix, deadlineMs: 20_000 });
  });

  it('waits while an entry is pending', async () => {
    const prefix = await stored(validShop());
    const key = `${prefix}:orders`;
    const id = await redis.client.xadd(key, '*', 'data', 'x');
    await redis.client.xreadgroup('GROUP', 'payment_service', 'worker', 'STREAMS', key, '>');
    for (const group of ['inventory_service', 'shipping_service', 'ecommerce_processors']) {
      await redis.client.xgroup('SETID', key, group, '$');
    }
    await expect(waitUntilQuiet(redis.url, { prefix, deadlineMs: 0 })).rejects.toMatchObject({
      name: 'NotQuietError',
      open: [{ stream: key, group: 'payment_service', pending: 1, lag: 0 }],
    });
    const waiting = waitUntilQuiet(redis.url, { prefix, deadlineMs: 20_000 });
    await redis.client.xack(key, 'payment_service', id ?? '');
    await waiting;
  });

  it('fails if entries are appended all the time, even if no group has work', async () => {
    shops += 1;
    const prefix = `shop${String(shops)}`;
    let appending = true;
    const append = async (): Promise<void> => {
      while (appending) await redis.client.xadd(`${prefix}:orders`, '*', 'data', 'x');
    };
    const appended = append();
    await expect(waitUntilQuiet(redis.url, { prefix, deadlineMs: 600 })).rejects.toThrow(NotQuietError);
    appending = false;
    await appended;
  });
});

describe('the command line', () => {
  it('exits 0 with the report when every law is kept', async () => {
    const prefix = await stored(validShop());
    const { code, out, err } = await command([], { EVENTS_PREFIX: prefix });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('All 7 laws kept.');
  });

  it('exits 1 with the report when a law is broken', async () => {
    const shop = validShop();
    shop.accepted.add(shop.uuid());
    const { code, out } = await command([], { EVENTS_PREFIX: await stored(shop) });
    expect(code).toBe(1);
    expect(out).toContain('1 of 7 laws broken.');
  });

  it('waits and prints JSON when asked to', async () => {
    const prefix = await stored(validShop());
    const { code, out, err } = await command(['--wait', '20s', '--json'], { EVENTS_PREFIX: prefix });
    expect({ code, report: JSON.parse(out) as unknown }).toMatchObject({
      code: 0,
      report: { kept: true, quiet: true },
    });
    expect(err).toContain('Waiting until the shop is quiet, at most 20 s');
  });

  it('exits 1 when the shop does not become quiet', async () => {
    const shop = validShop();
    const prefix = await stored(shop);
    await redis.client.xadd(`${prefix}:orders`, '*', 'data', 'x');
    const { code, out, err } = await command(['--wait', '0s'], { EVENTS_PREFIX: prefix });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`${prefix}:orders payment_service: 0 pending, 1 not delivered`);
  });

  it('exits 0 for a shop without orders', async () => {
    const { code, out } = await command([], { EVENTS_PREFIX: 'nobody', NO_COLOR: '' });
    expect(code).toBe(0);
    expect(out).toContain('The shop with the prefix nobody: no orders yet');
  });

  it('exits 2 for an unknown option', async () => {
    const { code, out, err } = await command(['--fast']);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: "Unknown option '--fast'. See --help.\n" });
  });
});

describe('without Redis, the command line exits 1 and shows no password', () => {
  it('where nothing listens', async () => {
    const port = await closedPort();
    const url = `redis://:hunter2@127.0.0.1:${String(port)}`;
    for (const argv of [[], ['--wait', '60s']]) {
      const { code, out, err } = await command(argv, { REDIS_URL: url });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain(`Redis at 127.0.0.1:${String(port)} is unavailable: nothing listens there (ECONNREFUSED)`);
      expect(err).not.toContain('hunter2');
    }
  });

  it('where the server accepts the connection and never answers', async () => {
    const frozen = await freshRedis();
    onTestFinished(() => frozen.stop());
    frozen.server.freeze();
    const { code, err } = await command([], { REDIS_URL: frozen.url });
    expect(code).toBe(1);
    expect(err).toContain(`Redis at ${new URL(frozen.url).host} is unavailable: no answer within 4000 ms`);
  });

  it('where the password is wrong', async () => {
    await redis.client.acl('SETUSER', 'ada', 'on', '>lovelace', '~*', '&*', '+@all');
    const { host } = new URL(redis.url);
    const wrong = await command([], { REDIS_URL: `redis://ada:hunter2@${host}` });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain(`Redis at ${host} refused AUTH: WRONGPASS`);
    expect(wrong.err).not.toContain('hunter2');
    const right = await command([], { REDIS_URL: `redis://ada:lovelace@${host}`, EVENTS_PREFIX: 'nobody' });
    expect(right).toMatchObject({ code: 0, err: '' });
  });

  it('where a password is needed', async () => {
    const guarded = await freshRedis({ args: ['--requirepass', 'lovelace'] });
    onTestFinished(() => guarded.stop());
    const { host } = new URL(guarded.url);
    const { code, err } = await command([], { REDIS_URL: guarded.url });
    expect({ code, err }).toEqual({ code: 1, err: `Redis at ${host} refused PING: NOAUTH Authentication required.\n` });
  });

  it('where the address is not valid', async () => {
    const { code, err } = await command([], { REDIS_URL: 'hunter2' });
    expect(code).toBe(1);
    expect(err).toContain('Expected the address of Redis as a URL such as redis://127.0.0.1:6379');
    expect(err).not.toContain('hunter2');
  });
});

/** A loopback port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
