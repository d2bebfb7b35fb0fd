import { freshRedis, startApp, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole } from '../apps/console/test/console.js';
import { orderBody } from './shop.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await freshRedis();
});
afterAll(() => redis.stop());

const startOrders = (environment: Record<string, string> = {}) =>
  startApp('order-service', { REDIS_URL: redis.url, SIMULATION_ENABLED: 'false', ...environment });

async function place(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(orderBody()),
  });
  await response.clone().arrayBuffer();
  return response;
}

describe('a flood of requests from one address', () => {
  it('is answered with 429 and Retry-After beyond the limit, which counts all routes together except health and metrics', async () => {
    await using app = await startOrders({ REQUESTS_PER_SECOND: '2' });
    const before = await redis.client.xlen('ecommerce:orders');
    const routes = ['/simulation', '/catalogue?currency=EUR', '/orders'];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        index % 3 === 2 ? place(app.url) : fetch(`${app.url}${routes[index % 3] ?? ''}`),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => [200, 201, 429].includes(status))).toBe(true);
    for (const { headers } of refused) expect(headers.get('retry-after')).toBe('1');
    expect(await refused[0]?.json()).toMatchObject({
      statusCode: 429,
      message: expect.stringContaining('Retry-After'),
    });
    const accepted = answers.filter(({ status }) => status === 201).length;
    expect(await redis.client.xlen('ecommerce:orders')).toBe(before + accepted);
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await fetch(`${app.url}/health`)).status).toBe(200);
      expect((await fetch(`${app.url}/metrics`)).status).toBe(200);
    }
  });

  it('has a default limit of 200 a second', async () => {
    await using app = await startOrders();
    const { headers } = await fetch(`${app.url}/simulation`);
    expect(headers.get('x-ratelimit-limit')).toBe('200');
  });
});

describe('the API key of customers', () => {
  const CUSTOMER_API_KEY = 'open-sesame-open-sesame';

  it('is required for each order, and the console sends it', async () => {
    await using app = await startOrders({ CUSTOMER_API_KEY });
    const before = await redis.client.xlen('ecommerce:orders');
    const wrong: Record<string, string>[] = [{}, { 'X-API-Key': 'guess' }, { 'X-API-Key': `${CUSTOMER_API_KEY}x` }];
    for (const headers of wrong) expect((await place(app.url, headers)).status).toBe(401);
    expect(await redis.client.xlen('ecommerce:orders')).toBe(before);
    expect((await place(app.url, { 'X-API-Key': CUSTOMER_API_KEY })).status).toBe(201);
    expect((await fetch(`${app.url}/catalogue?currency=EUR`)).status).toBe(200);

    await using site = await startConsole(redis.url, { SHOP_ORDER_URL: app.url, CUSTOMER_API_KEY });
    const order = { ...orderBody(), idempotencyKey: '2b0f7c0e-5f53-4b0e-8f0e-0d4f3a6c9a11' };
    expect(await site.post('/api/shop/orders', order)).toHaveProperty('orderId');
    await using keyless = await startConsole(redis.url, { SHOP_ORDER_URL: app.url });
    const headers = { 'X-Console-Token': await keyless.token() };
    const { problem } = await keyless.ask('/api/shop/orders', { method: 'POST', body: order, headers });
    expect(problem).toMatchObject({ statusCode: 400, message: expect.stringContaining('X-API-Key') });
  });

  it('is never shown, and is rejected if it is too short', async () => {
    const app = await startOrders({ CUSTOMER_API_KEY: 'sesame' });
    expect(await app.exited).toEqual({ code: 78, signal: null });
    expect(app.output()).toContain('CUSTOMER_API_KEY takes 16 to 255 visible ASCII characters; it got something else');
    expect(app.output()).not.toContain('sesame');
  });
});
