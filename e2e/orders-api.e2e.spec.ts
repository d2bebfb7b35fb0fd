import { randomUUID } from 'node:crypto';
import { eventually, freshRedis, startApp, type AppProcess, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderBody } from './shop.js';

describe('POST /orders', () => {
  let redis: TestRedis;
  let app: AppProcess;
  beforeAll(async () => {
    redis = await freshRedis();
    app = await startApp('order-service', { REDIS_URL: redis.url, SIMULATION_ENABLED: 'false' });
    await app.healthy();
  });
  afterAll(async () => {
    await app.stop();
    await redis.stop();
  });

  async function place(body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${app.url}/orders`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it('lists every problem of a wrong order and publishes nothing', async () => {
    const before = await redis.client.xlen('ecommerce:orders');
    const { status, body } = await place({
      ...orderBody({ currency: 'EURO', total_amount: 1, coupon: 'SAVE10' }),
      customer: { name: '', email: 'nobody' },
      items: [{ sku: 'A', name: 'a', quantity: 0, unit_price: 1.5 }],
    });
    expect(status).toBe(400);
    const problems = (body['message'] as string[]).join('\n');
    for (const part of [
      'currency',
      'total_amount must be the total of items',
      'property coupon should not exist',
      'customer.name',
      'customer.email',
      'items.0.quantity must not be less than 1',
      'items.0.unit_price must be an integer',
    ]) {
      expect(problems).toContain(part);
    }
    expect((await place('{"no json')).status).toBe(400);
    expect(await redis.client.xlen('ecommerce:orders')).toBe(before);
  });

  it('answers a repeated request with the same Idempotency-Key as the first one, and places one order', async () => {
    const before = await redis.client.xlen('ecommerce:orders');
    const headers = { 'Idempotency-Key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => place(orderBody(), headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await redis.client.xlen('ecommerce:orders')).toBe(before + 1);

    const other = await place(orderBody({ currency: 'EUR' }), headers);
    expect(other).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('was used for another order') },
    });
    expect(await place(orderBody(), { 'Idempotency-Key': 'two words' })).toMatchObject({ status: 400 });
    expect(await redis.client.xlen('ecommerce:orders')).toBe(before + 1);
  });

  describe('an order that is repeated after the library has removed its key', () => {
    const KEYS = 'ecommerce:order:idempotency-keys';

    /** Removes the library's keys, as it does after a day. */
    async function aDayPasses(): Promise<void> {
      const remembered = await redis.client.keys('ecommerce:*published*');
      expect(remembered.length).toBeGreaterThan(0);
      await redis.client.del(...remembered);
    }

    /** Makes a key as if the service had crashed, some hours ago, before it recorded the answer. */
    async function forgetAnswer(key: string, hoursAgo: number): Promise<void> {
      const booked = JSON.parse((await redis.client.hget(KEYS, key)) ?? '') as Record<string, unknown>;
      delete booked['entry_id'];
      const reserved_at = Number(booked['reserved_at']) - hoursAgo * 3_600_000;
      await redis.client.hset(KEYS, key, JSON.stringify({ ...booked, reserved_at }));
    }

    it('gets the first answer, and is placed once', async () => {
      const key = randomUUID();
      const first = await place(orderBody(), { 'Idempotency-Key': key });
      const before = await redis.client.xlen('ecommerce:orders');
      await aDayPasses();
      expect(await place(orderBody(), { 'Idempotency-Key': key })).toEqual(first);
      expect(await place(orderBody({ currency: 'EUR' }), { 'Idempotency-Key': key })).toMatchObject({ status: 422 });
      expect(await redis.client.xlen('ecommerce:orders')).toBe(before);
      expect(first.body['order_id']).not.toBe((await place(orderBody())).body['order_id']);
    });

    it('is found in the stream if its answer was not recorded', async () => {
      const key = randomUUID();
      const first = await place(orderBody(), { 'Idempotency-Key': key });
      for (let others = 0; others < 3; others += 1) await place(orderBody());
      const before = await redis.client.xlen('ecommerce:orders');
      // The search covers twelve hours and a margin, so it finds the new entry.
      await forgetAnswer(key, 12.1);
      await aDayPasses();
      expect(await place(orderBody(), { 'Idempotency-Key': key })).toEqual(first);
      expect(await redis.client.xlen('ecommerce:orders')).toBe(before);
    });

    it('is placed if it was not placed before', async () => {
      const key = randomUUID();
      const first = await place(orderBody(), { 'Idempotency-Key': key });
      await redis.client.xdel('ecommerce:orders', String(first.body['entry_id']));
      const before = await redis.client.xlen('ecommerce:orders');
      await forgetAnswer(key, 13);
      await aDayPasses();
      const answers = await Promise.all([1, 2, 3].map(() => place(orderBody(), { 'Idempotency-Key': key })));
      expect(new Set(answers.map(({ body }) => body['entry_id'])).size).toBe(1);
      expect(answers[0]?.body['order_id']).toBe(first.body['order_id']);
      expect(await redis.client.xlen('ecommerce:orders')).toBe(before + 1);
    });
  });

  it('answers 503 while Redis is unavailable, and accepts orders again without a restart', async () => {
    await redis.server.kill();
    const headers = { 'Idempotency-Key': randomUUID() };
    const refused = await place(orderBody(), headers);
    expect(refused.status).toBe(503);
    expect((await fetch(`${app.url}/health`)).status).toBe(503);
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
    await redis.restart();
    const placed = await eventually('the repeat is accepted', async () => {
      const answer = await place(orderBody(), headers);
      return answer.status === 201 && answer;
    });
    expect(placed.body).toHaveProperty('entry_id');
    await app.healthy();
  });
});
