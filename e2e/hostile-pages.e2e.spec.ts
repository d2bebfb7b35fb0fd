import { request } from 'node:http';
import { freshRedis, startApp, type AppProcess, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AS_OPERATOR, OPERATOR_TOKEN, orderBody } from './shop.js';

let redis: TestRedis;
let orders: AppProcess;
let payments: AppProcess;
let others: AppProcess[];
beforeAll(async () => {
  redis = await freshRedis();
  const environment = { REDIS_URL: redis.url, SIMULATION_ENABLED: 'false', SIMULATION_RATE: '1', OPERATOR_TOKEN };
  const names = ['order-service', 'payment-service', 'inventory-service', 'shipping-service', 'processor'];
  const apps = await Promise.all(names.map((name) => startApp(name, environment)));
  [orders, payments, ...others] = apps as [AppProcess, AppProcess, ...AppProcess[]];
  await Promise.all(apps.map((app) => app.healthy()));
});
afterAll(async () => {
  await Promise.all([orders, payments, ...others].map((app) => app.stop()));
  await redis.stop();
});

interface Asked {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Sends a request with headers that `fetch` does not allow, such as Host. @param body sent as JSON if it is not a string */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET', body?: unknown): Promise<Asked> {
  const type = body === undefined || 'Content-Type' in headers ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...type, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
}

const changes = (): [string, string, unknown][] => [
  ['an order', `${orders.url}/orders`, orderBody()],
  ['the start of the simulation', `${orders.url}/simulation/start`, undefined],
  ['the end of the simulation', `${orders.url}/simulation/stop`, undefined],
  ['the gateway', `${payments.url}/gateway`, { failure_share: 1 }],
];

async function nothingHasChanged(): Promise<void> {
  expect(JSON.parse((await ask(`${orders.url}/simulation`)).text)).toMatchObject({ running: false, placed: 0 });
  expect(JSON.parse((await ask(`${payments.url}/gateway`)).text)).toEqual({ failure_share: 0.02 });
  expect(await redis.client.xlen('ecommerce:orders')).toBe(0);
}

describe('a page of another site', () => {
  it.each([
    ['with all headers that browsers send', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['in a browser that sends fewer headers', { Origin: 'https://evil.example' }],
    ['on another port of this machine', { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }],
    ['without an origin', { Origin: 'null' }],
    ['that sends a form', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }],
  ])('changes nothing: %s', async (_, headers) => {
    for (const [what, url, body] of changes()) {
      const { status, text } = await ask(url, { ...AS_OPERATOR, ...headers }, 'POST', body);
      expect({ status, text }, what).toMatchObject({
        status: 403,
        text: expect.stringContaining('page of another site'),
      });
    }
    await nothingHasChanged();
  });

  it('cannot send a form instead of JSON', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      for (const [what, url] of changes()) {
        const { status } = await ask(url, { ...AS_OPERATOR, 'Content-Type': type }, 'POST', 'failure_share=1');
        expect(status, `${what} as ${type}`).toBe(415);
      }
    }
    await nothingHasChanged();
  });

  it('cannot read anything, or show the app in a frame', async () => {
    for (const { url, name } of [orders, payments, ...others]) {
      const refused = await ask(`${url}/metrics`, { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' });
      expect(refused.status, name).toBe(403);
      const { headers } = await ask(`${url}/health`);
      expect(headers, name).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(headers, name).not.toHaveProperty('access-control-allow-origin');
      expect(headers, name).not.toHaveProperty('x-powered-by');
    }
  });
});

describe('a foreign host name that resolves to this machine', () => {
  const foreign = [
    'evil.example',
    'evil.example:3001',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'order-service',
  ];

  it.each(foreign)('is rejected: %s', async (Host) => {
    for (const [what, url, body] of changes()) {
      expect((await ask(url, { ...AS_OPERATOR, Host }, 'POST', body)).status, what).toBe(421);
    }
    for (const { url, name } of [orders, payments, ...others]) {
      for (const path of ['/metrics', '/simulation', '/gateway', '/summary', '/catalogue?currency=EUR'])
        expect((await ask(`${url}${path}`, { Host })).status, `${name} ${path}`).toBe(421);
      expect((await ask(`${url}/health/live`, { Host })).status, name).toBe(200);
    }
    const forwarded = await ask(`${orders.url}/simulation`, { 'X-Forwarded-Host': Host });
    expect(forwarded.status).toBe(421);
    await nothingHasChanged();
  });

  it('is distinguished from the app’s own names', async () => {
    for (const Host of ['localhost', '127.0.0.1:80', '[::1]:8080', 'shop.localhost'])
      expect((await ask(`${orders.url}/simulation`, { Host })).status, Host).toBe(200);
    const environment = {
      REDIS_URL: redis.url,
      SIMULATION_ENABLED: 'false',
      ALLOWED_HOSTS: 'orders.example, order-service',
    };
    await using named = await startApp('order-service', environment);
    for (const Host of ['orders.example:443', 'order-service:3001'])
      expect((await ask(`${named.url}/simulation`, { Host })).status, Host).toBe(200);
    const { status, text } = await ask(`${named.url}/simulation`, { Host: 'evil.example' });
    expect({ status, text }).toMatchObject({ status: 421, text: expect.stringContaining('ALLOWED_HOSTS') });
  });
});

describe('programs', () => {
  it('do not need the headers of browsers', async () => {
    expect((await ask(`${orders.url}/simulation/stop`, AS_OPERATOR, 'POST')).status).toBe(200);
    expect((await ask(`${payments.url}/gateway`, AS_OPERATOR, 'POST', { failure_share: 0.02 })).status).toBe(200);
    await nothingHasChanged();
    const placed = await ask(
      `${orders.url}/orders`,
      { Origin: orders.url, 'Sec-Fetch-Site': 'same-origin' },
      'POST',
      orderBody(),
    );
    expect(placed.status).toBe(201);
  });

  it.each([
    ['rate', () => `${orders.url}/simulation/start`, { rate: '2' }],
    ['failure_share', () => `${payments.url}/gateway`, { failure_share: '0.5' }],
    ['failure_share', () => `${payments.url}/gateway`, { failure_share: null }],
  ])('must send a number as a number: %s', async (property, url, body) => {
    const { status, text } = await ask(url(), AS_OPERATOR, 'POST', body);
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining(`${property} must be`) });
    expect(JSON.parse((await ask(`${orders.url}/simulation`)).text)).toMatchObject({ running: false });
  });
});
