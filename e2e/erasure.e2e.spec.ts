import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@repo/testing';
import { USERS, type User } from '@shop/setup';
import { describe, expect, it } from 'vitest';
import { orderBody, signInOf, startShop, type Shop } from './shop.js';

const ROOT = path.join(import.meta.dirname, '..');
const SECRETS = ['Ada Lovelace', 'ada@example.com', 'St James', 'SW1Y 4JH'];
const ADA = '6f1c7c1e-3f0a-4c52-9d8e-2b7a5c0f4e11';
const passwords = Object.fromEntries(USERS.map((user) => [user, `the-password-of-${user}`])) as Record<User, string>;
const BOB = '0b7d2f1e-1c7a-4f7c-8a53-3f1de0a0b222';

describe('the shop with SHOP_ERASURE=on', () => {
  async function events(shop: Shop, ...args: string[]): Promise<string> {
    const bin = path.join(ROOT, 'libs/events-cli/bin/events.mjs');
    const env = { ...process.env, REDIS_URL: shop.redis.url, ...signInOf('operator', passwords) };
    const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], { cwd: ROOT, env });
    return stdout;
  }

  const ofAda = (changes: Record<string, unknown> = {}) =>
    orderBody({ customer: { customer_id: ADA, name: 'Ada Lovelace', email: 'ada@example.com' }, ...changes });

  /** All streams of Redis as text, without the state of the apps. */
  async function streamsOf({ redis }: Shop): Promise<string> {
    const streams = ['orders', 'payments', 'inventory', 'shipments'];
    const all = await Promise.all(streams.map((name) => redis.client.xrange(`ecommerce:${name}`, '-', '+')));
    return JSON.stringify(all);
  }

  it('erases one customer: later shipments have no address, the laws hold, and other customers do not change', async () => {
    await using shop = await startShop({ passwords, environment: { SHOP_ERASURE: 'on' } });
    const done = async (count: number) =>
      eventually(`${String(count)} orders are done`, async () => (await shop.done()) === count);
    await shop.post('/orders', ofAda());
    const bob = { customer: { customer_id: BOB, name: 'Bob Bee', email: 'bob@example.com' } };
    await shop.post('/orders', orderBody(bob));
    await done(2);
    for (const secret of SECRETS) expect(await streamsOf(shop)).not.toContain(secret);
    const keys = await shop.redis.client.hkeys('ecommerce:subjects:keys');
    expect(keys.sort()).toEqual([BOB, ADA].sort());

    // An order that waits for shipping when its customer is erased.
    const [, , shipping] = shop.apps;
    await shipping?.stop();
    const { body } = await shop.post('/orders', ofAda());
    await eventually('it is packed or declined', async () => {
      const { body: order } = await shop.order(body.order_id);
      return order.state === 'packed' || order.state === 'declined';
    });
    expect(await events(shop, 'subjects', 'forget', ADA, '--yes', '--why', 'she asked')).toContain('is forgotten');
    await shop.another('shipping-service');
    await done(3);

    expect(await shop.redis.client.hkeys('ecommerce:subjects:keys')).toEqual([BOB]);
    for (const secret of SECRETS) expect(await streamsOf(shop)).not.toContain(secret);
    const [first, second] = await shop.redis.client.xrange('ecommerce:orders', '-', '+');
    const shown = await events(shop, 'show', 'orders', first?.[0] ?? '');
    expect(shown).toContain('"name": "(erased)"');
    expect(shown).toContain('"country": "GB"');
    expect(await events(shop, 'show', 'orders', second?.[0] ?? '')).toContain('"name": "(encrypted)"');
    const report = await shop.lawsAreKept();
    expect(report.laws).toHaveLength(7);
    expect(await shop.redis.client.keys('*dead-letters')).toEqual([]);
    // State that the shop keeps for ever has no personal data.
    for (const key of await shop.redis.client.keys('ecommerce:processor:*')) {
      if ((await shop.redis.client.type(key)) !== 'hash') continue;
      const text = JSON.stringify(await shop.redis.client.hgetall(key));
      for (const secret of SECRETS) expect(text).not.toContain(secret);
    }

    // The customer orders again: new data can be read and handled.
    await shop.post('/orders', ofAda());
    await done(4);
    expect(await shop.redis.client.hget('ecommerce:subjects:keys', ADA)).toMatch(/^2:/);
    await shop.lawsAreKept();
    // Each app is its own Redis user: Redis denied none of them anything.
    expect(await shop.redis.client.call('ACL', 'LOG')).toEqual([]);
  });
});
