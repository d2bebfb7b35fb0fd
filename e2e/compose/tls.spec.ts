import { eventually } from '@repo/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ComposeShop, lines } from './compose-shop.js';

const MINUTE_MS = 60_000;

let shop: ComposeShop;

beforeAll(async () => {
  const settings = { SIMULATION_RATE: '20', SIMULATION_ENABLED: 'true', LOG_FORMAT: 'json', SHOP_ERASURE: 'on' };
  shop = await ComposeShop.create(settings, 'docker-compose.tls.yml');
  await shop.build();
  await shop.compose('up', '--detach', '--wait');
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(await shop.compose('logs', '--no-color', '--tail', '40'));
});

afterAll(async () => {
  await shop.remove();
});

it('the shop works with TLS, and the inspection commands work word for word', async () => {
  const enough = async (): Promise<boolean> => Number(await shop.redis('XLEN', 'ecommerce:shipments')) >= 50;
  await eventually('orders are shipped', enough, MINUTE_MS);
  expect(lines(await shop.redis('XRANGE', 'ecommerce:orders', '-', '+', 'COUNT', '5'))).toContain('order_placed');
  expect(lines(await shop.redis('XINFO', 'GROUPS', 'ecommerce:orders'))).toContain('payment_service');
  expect(lines(await shop.redis('XINFO', 'STREAM', 'ecommerce:orders'))[0]).toBe('length');
  expect(lines(await shop.redis('XINFO', 'CONSUMERS', 'ecommerce:orders', 'ecommerce_processors'))).toContain('name');
  expect(lines(await shop.redis('XPENDING', 'ecommerce:orders', 'ecommerce_processors'))[0]).toMatch(/^\d+$/);
});

it('nobody is answered without TLS, or without a certificate of the shop', async () => {
  const [redis] = await shop.containers('redis');
  if (!redis) throw new Error('no Redis');
  const plain = 'PATH=/usr/local/bin:/usr/bin:/bin redis-cli';
  for (const options of ['', '--tls --insecure', '--tls --cacert /run/secrets/redis/tls-ca.pem']) {
    const said = await shop.shell(redis, `${plain} ${options} PING 2>&1 || true`);
    expect(said).not.toContain('PONG');
    expect(said).toMatch(/error|closed|reset/i);
  }
});

it('forgets a customer, by the command line of an operator', async () => {
  const events = (...args: readonly string[]): Promise<string> => shop.compose('run', '--rm', '-T', 'events', ...args);
  const [id = '', ...fields] = lines(await shop.redis('XRANGE', 'ecommerce:orders', '-', '+', 'COUNT', '1'));
  const { customer } = JSON.parse(fields[fields.indexOf('data') + 1] ?? '') as { customer: Record<string, unknown> };
  expect(customer).toMatchObject({ name: { $personal: 1 }, email: { $personal: 1 } });
  expect(await events('show', 'orders', id)).toContain('"name": "(encrypted)"');
  const subject = String(customer['customer_id']);
  expect(await events('subjects', 'forget', subject, '--yes', '--why', 'asked to')).toContain('is forgotten');
  expect(await events('show', 'orders', id)).toContain('"name": "(erased)"');
  expect(await events('monitor', '--once')).toContain('orders');
});

it('keeps the laws, which the audit checks with a certificate of its own', async () => {
  await shop.stopSimulation();
  expect(await shop.compose('run', '--rm', 'audit', '--wait', '60s')).toContain('All 7 laws kept');
});

it('makes its certificates once', async () => {
  const authority = () => shop.compose('exec', '-T', 'redis', 'cat', '/run/secrets/redis/tls-ca.pem');
  const before = await authority();
  await shop.compose('up', '--detach', '--wait');
  expect(await authority()).toBe(before);
});
