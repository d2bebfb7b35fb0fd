import { eventually } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderBody, orderTotal, startShop, type Shop } from './shop.js';

describe('basic flow', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  it('carries an order through payment, stock and shipment', async () => {
    // With this seed, most orders are approved first. A declined order ends earlier, which is fine, too.
    const placed = await shop.post('/orders', orderBody());
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({
      order_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      entry_id: expect.stringMatching(/^\d+-\d+$/),
    });

    const order = await eventually('the order is shipped or declined', async () => {
      const { body } = await shop.order(placed.body.order_id);
      return ['shipped', 'declined'].includes(body.state ?? '') && body;
    });
    const types = order.timeline.map(({ event_type }) => event_type);
    expect(types).toEqual(
      order.state === 'shipped'
        ? ['order_placed', 'payment_processed', 'inventory_updated', 'shipment_created']
        : ['order_placed', 'payment_processed'],
    );
    expect(order.timeline[0]).toMatchObject({
      entry_id: placed.body.entry_id,
      stream: 'ecommerce:orders',
      source: 'order_service',
      after_ms: 0,
    });
    await shop.lawsAreKept();
  });

  it('writes the envelope with its six attributes, readable with XRANGE', async () => {
    const placed = await shop.post('/orders', orderBody());
    const [[, fields] = []] = await shop.redis.client.xrange(
      'ecommerce:orders',
      placed.body.entry_id,
      placed.body.entry_id,
    );
    const entry: Record<string, string> = {};
    for (let index = 0; index < (fields ?? []).length; index += 2)
      entry[fields?.[index] ?? ''] = fields?.[index + 1] ?? '';
    expect(entry).toMatchObject({
      event_type: 'order_placed',
      version: '1.0',
      source: 'order_service',
      correlation_id: placed.body.order_id,
      partition_key: placed.body.order_id,
    });
    // Tracing is off.
    expect(entry).not.toHaveProperty('traceparent');
    expect(Object.keys(entry).slice(0, 6)).toEqual([
      'event_id',
      'event_type',
      'timestamp',
      'version',
      'source',
      'data',
    ]);
    expect(JSON.parse(entry['data'] ?? '')).toMatchObject({
      order_id: placed.body.order_id,
      total_amount: orderTotal(),
      currency: 'GBP',
    });
  });

  it('answers that an order does not exist, and what an id looks like', async () => {
    expect(await shop.order('3f2b7c1e-0000-4000-8000-000000000000')).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('No event of order') },
    });
    expect(await shop.order('42')).toMatchObject({ status: 400 });
  });
});
