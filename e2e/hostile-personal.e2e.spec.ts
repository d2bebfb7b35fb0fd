import { randomUUID } from 'node:crypto';
import { eventually, freshRedis, startApp } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterGroups, DeadLetterView } from '../apps/console/src/contract/dead-letters.js';
import { startConsole, type Console } from '../apps/console/test/console.js';
import { startCollector, type OtlpCollector } from './otlp-collector.js';
import { orderBody, startShop, type Shop } from './shop.js';

/** A customer whose name and address occur nowhere else. */
const PLANTED = {
  customer: { name: 'Zorblax Quuxington', email: 'zorblax@quux.example' },
  shipping_address: { street: '7 Quux Lane', city: 'Quuxville', postal_code: 'QX1 9ZZ', country: 'GB' },
};
const PERSONAL = /zorblax|quux|qx1 9zz/i;

/** Orders of a broken producer: each becomes a dead letter, whose messages must not quote it. */
const BROKEN = [
  'Zorblax Quuxington',
  `{"customer":{"name":"Zorblax Quuxington"`,
  `{"customer":{"name":"Zorblax\u0001Quuxington"}}`,
  `{"a":1}Zorblax Quuxington`,
  '"Zorblax Quuxington, 7 Quux Lane"',
  '["Zorblax Quuxington"]',
  JSON.stringify({ ...PLANTED, order_id: 'Zorblax', items: [{ sku: 'quux' }], currency: 'QUUX' }),
];

describe('personal data of a customer', () => {
  let collector: OtlpCollector;
  let shop: Shop;
  let site: Console;
  let orderId: string;
  beforeAll(async () => {
    collector = await startCollector();
    shop = await startShop({
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        GATEWAY_DECLINE_SHARE: '0',
        GATEWAY_FAILURE_SHARE: '0.2',
        LOG_LEVEL: 'debug',
      },
    });
    site = await startConsole(shop.redis.url, { SHOP_ORDER_URL: shop.orders.url, SHOP_PAYMENT_URL: shop.payments.url });
    const headers = { 'Idempotency-Key': 'order-1' };
    ({ order_id: orderId } = (await shop.post('/orders', orderBody(PLANTED), headers)).body);
    await eventually('the order is shipped', async () => (await shop.order(orderId)).body.state === 'shipped');
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  });

  const text = async (url: string): Promise<string> => (await fetch(url)).text();

  it('is not in the answer for an order, which has the state, the amount and the shipment', async () => {
    const { body } = await shop.order(orderId);
    expect(JSON.stringify(body)).not.toMatch(PERSONAL);
    const items = orderBody().items.map(({ sku, quantity }) => ({ sku, quantity }));
    const changes = items.map(({ sku, quantity }) => ({ sku, quantity_change: -quantity }));
    expect(body).toMatchObject({
      state: 'shipped',
      timeline: [
        { summary: { items, currency: 'GBP', total_amount: expect.any(Number) } },
        { summary: { status: 'approved', currency: 'GBP' } },
        { summary: { changes } },
        { summary: { carrier: expect.any(String), tracking_number: expect.any(String) } },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('stock_level');
  });

  it('is in no other answer of an app, no metric, and no stored state', async () => {
    const paths = ['/metrics', '/health', '/health/live', '/simulation', '/gateway', '/summary'];
    for (const { url, name } of shop.apps)
      for (const path of paths) expect(await text(`${url}${path}`), `${name} ${path}`).not.toMatch(PERSONAL);
    for (const path of ['overview', 'shop', 'dead-letters', 'session'])
      expect((await site.ask(`/api/${path}`)).text, path).not.toMatch(PERSONAL);

    const { client } = shop.redis;
    // Uncompressed, so that the dump can be read.
    await client.config('SET', 'rdbcompression', 'no');
    for (const key of await client.keys('*')) {
      const type = await client.type(key);
      // The streams contain the events; all other state is derived.
      if (type === 'stream') continue;
      const kept = Buffer.from(await client.dumpBuffer(key)).toString('latin1');
      expect(key + kept, `${type} ${key}`).not.toMatch(PERSONAL);
    }
    const [[, order] = []] = await client.xrange('ecommerce:orders', '-', '+', 'COUNT', 1);
    expect(order?.join()).toMatch(PERSONAL);
  });

  it('is in no log line and no span, whatever is wrong with an entry or a request', async () => {
    const wrong = [
      '{"customer":{"name":"Zorblax Quuxington"',
      'Zorblax',
      JSON.stringify({ ...orderBody(PLANTED), items: [] }),
      JSON.stringify({ ...orderBody(), customer: { name: 'Zorblax Quuxington', email: 'zorblax at quux' } }),
    ];
    for (const body of wrong) {
      const headers = { 'Content-Type': 'application/json' };
      expect((await fetch(`${shop.orders.url}/orders`, { method: 'POST', headers, body })).status).toBe(400);
    }
    // With the key of another order: the answer says nothing about that order.
    const other = await shop.post('/orders', orderBody(), { 'Idempotency-Key': 'order-1' });
    expect(other.status).toBe(422);
    expect(JSON.stringify(other.body)).not.toMatch(PERSONAL);

    for (const data of BROKEN) {
      const fields = { event_id: randomUUID(), event_type: 'order_placed', timestamp: '2026-11-23T16:44:28.985Z' };
      const envelope = { ...fields, version: '1.0', source: 'order_service', data };
      await shop.redis.client.xadd('ecommerce:orders', '*', ...Object.entries(envelope).flat());
    }
    const deadLetters = 'ecommerce:orders:dead-letters';
    // One for each group that reads the stream.
    await eventually('all became dead letters', async () => {
      return (await shop.redis.client.xlen(deadLetters)) === BROKEN.length * 4;
    });

    const groups = await eventually('the console has read them', async () => {
      const seen = await site.get<DeadLetterGroups>('/api/dead-letters');
      return seen.lookedAt === BROKEN.length * 4 && seen;
    });
    expect(JSON.stringify(groups)).not.toMatch(PERSONAL);
    // An operator sees the payload, to be able to fix it.
    const { stream, sample } = groups.causes[0] ?? {};
    const deadLetter = await site.get<DeadLetterView>(`/api/dead-letters/${stream ?? ''}/${sample?.id ?? ''}`);
    expect(JSON.stringify(deadLetter.fields)).toMatch(PERSONAL);
    expect(deadLetter.errorMessage).not.toMatch(PERSONAL);
    expect(deadLetter.errorStack).not.toMatch(PERSONAL);

    await Promise.all([...shop.apps, site.app].map((app) => app.stop()));
    for (const app of [...shop.apps, site.app]) {
      expect(app.output().length, app.name).toBeGreaterThan(0);
      expect(app.output(), app.name).not.toMatch(PERSONAL);
    }
    const spans = collector.bodies.join('\n');
    expect(spans).toContain(orderId);
    expect(spans).not.toMatch(PERSONAL);
  });
});

describe('the id of an order', () => {
  it('cannot be guessed: with the same key, two shops have two ids', async () => {
    const place = async (): Promise<string> => {
      const redis = await freshRedis();
      const app = await startApp('order-service', { REDIS_URL: redis.url, SIMULATION_ENABLED: 'false' });
      const response = await fetch(`${app.url}/orders`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'order-1' },
        body: JSON.stringify(orderBody()),
      });
      const { order_id } = (await response.json()) as { order_id: string };
      await app.stop();
      await redis.stop();
      return order_id;
    };
    const [one, other] = [await place(), await place()];
    // Version 4: random, and not derived from a name.
    for (const id of [one, other])
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(one).not.toBe(other);
  });
});
