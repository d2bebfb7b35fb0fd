import { eventually, freshRedis, startApp, type AppProcess, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole } from '../apps/console/test/console.js';
import type { GatewayView, ShopView, SimulationView } from '../apps/console/src/contract/shop.js';
import { AS_OPERATOR, OPERATOR_TOKEN, orderBody } from './shop.js';

const APPS = ['order-service', 'payment-service', 'inventory-service', 'shipping-service', 'processor'];

let redis: TestRedis;
/** The apps with a token for operators, and without one. */
let shop: AppProcess[];
let tokenless: AppProcess[];
beforeAll(async () => {
  redis = await freshRedis();
  shop = await Promise.all(APPS.map((name) => start(name, { OPERATOR_TOKEN })));
  tokenless = await Promise.all(APPS.map((name) => start(name)));
});
afterAll(async () => {
  await Promise.all([...shop, ...tokenless].map((app) => app.stop()));
  await redis.stop();
});

/** At this log level, Nest logs all routes. */
const start = (name: string, environment: Record<string, string> = {}): Promise<AppProcess> =>
  startApp(name, { REDIS_URL: redis.url, SIMULATION_ENABLED: 'false', LOG_LEVEL: 'debug', ...environment });

interface Route {
  app: AppProcess;
  method: string;
  path: string;
}

/** The routes of an app that change something, from its log. */
function changingRoutes(app: AppProcess): Route[] {
  const routes = [...app.output().matchAll(/Mapped \{(\/[^,}]*), ([A-Z]+)\} route/g)];
  expect(routes.length, `${app.name} says which routes it has`).toBeGreaterThan(2);
  return routes
    .map(([, path = '', method = '']) => ({ app, method, path }))
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD');
}

const nameOf = ({ app, method, path }: Route): string => `${app.name} ${method} ${path}`;
const isCustomers = (route: Route): boolean => nameOf(route) === 'order-service POST /orders';

async function call({ app, method, path }: Route, headers: Record<string, string> = {}, body: unknown = {}) {
  const response = await fetch(`${app.url}${path.replaceAll(/:\w+/g, 'any')}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, challenge: response.headers.get('www-authenticate'), text: await response.text() };
}

const routeOf = (apps: readonly AppProcess[], name: string, method: string, path: string): Route => {
  const app = apps.find((each) => each.name === name);
  if (!app) throw new Error(`no ${name}`);
  return { app, method, path };
};

async function nothingHasChanged(apps: readonly AppProcess[]): Promise<void> {
  const simulation = await read(routeOf(apps, 'order-service', 'GET', '/simulation'));
  expect(simulation).toMatchObject({ running: false, placed: 0 });
  expect(await read(routeOf(apps, 'payment-service', 'GET', '/gateway'))).toEqual({ failure_share: 0.02 });
}

async function read({ app, path }: Route): Promise<unknown> {
  return (await fetch(`${app.url}${path}`)).json();
}

const WRONG: [string, Record<string, string>][] = [
  ['no header', {}],
  ['another token', { Authorization: 'Bearer the-operator-of-another-test' }],
  ['the beginning of the token', { Authorization: AS_OPERATOR.Authorization.slice(0, -1) }],
  ['the token and one more character', { Authorization: `${AS_OPERATOR.Authorization}x` }],
  ['no token after the scheme', { Authorization: 'Bearer ' }],
  ['the token without a scheme', { Authorization: OPERATOR_TOKEN }],
  ['the token with another scheme', { Authorization: `Basic ${Buffer.from(`:${OPERATOR_TOKEN}`).toString('base64')}` }],
  ['the token as the API key of customers', { 'X-API-Key': OPERATOR_TOKEN }],
];

describe('each route that changes something', () => {
  it('rejects requests without the operators’ token, in every app, unless it is for customers', async () => {
    const routes = shop.flatMap(changingRoutes);
    expect(routes.filter(isCustomers)).toHaveLength(1);
    expect(routes.map(nameOf)).toEqual(
      expect.arrayContaining([
        'order-service POST /simulation/start',
        'order-service POST /simulation/stop',
        'payment-service POST /gateway',
      ]),
    );
    const answers = new Set<string>();
    for (const route of routes.filter((each) => !isCustomers(each))) {
      for (const [what, headers] of WRONG) {
        const { status, challenge, text } = await call(route, headers, { rate: 5, failure_share: 1 });
        expect({ status, challenge }, `${nameOf(route)} with ${what}`).toEqual({
          status: 401,
          challenge: expect.stringMatching(/^Bearer /),
        });
        answers.add(text);
      }
    }
    // No answer says how close the token was.
    expect(answers.size).toBe(1);
    await nothingHasChanged(shop);
  });

  it('rejects every request if the app has no token, and says what to set', async () => {
    for (const route of tokenless.flatMap(changingRoutes).filter((each) => !isCustomers(each))) {
      for (const [what, headers] of [...WRONG, ['the token of others', AS_OPERATOR] as const]) {
        const { status, text } = await call(route, headers, { rate: 5, failure_share: 1 });
        expect({ status, text }, `${nameOf(route)} with ${what}`).toEqual({
          status: 403,
          text: expect.stringContaining('OPERATOR_TOKEN'),
        });
      }
    }
    await nothingHasChanged(tokenless);
  });

  it('accepts operators, with any case of the scheme', async () => {
    const gateway = routeOf(shop, 'payment-service', 'POST', '/gateway');
    for (const Authorization of [AS_OPERATOR.Authorization, `bearer  ${OPERATOR_TOKEN}`]) {
      expect((await call(gateway, { Authorization }, { failure_share: 0.02 })).status).toBe(200);
      const stop = routeOf(shop, 'order-service', 'POST', '/simulation/stop');
      expect((await call(stop, { Authorization })).status).toBe(200);
    }
  });

  it('needs no token if it is for customers or only reads', async () => {
    for (const apps of [shop, tokenless]) {
      const order = routeOf(apps, 'order-service', 'POST', '/orders');
      expect((await call(order, {}, orderBody())).status).toBe(201);
      const looks: [string, string][] = [
        ['order-service', '/catalogue?currency=EUR'],
        ['order-service', '/simulation'],
        ['payment-service', '/gateway'],
        ['processor', '/summary'],
      ];
      for (const [name, path] of looks) {
        expect((await fetch(`${routeOf(apps, name, 'GET', path).app.url}${path}`)).status, path).toBe(200);
      }
    }
  });
});

describe('a wrong token', () => {
  it('is logged in a limited number of lines, which show neither token', async () => {
    const app = await start('order-service', { OPERATOR_TOKEN, LOG_LEVEL: 'info' });
    const stop: Route = { app, method: 'POST', path: '/simulation/stop' };
    for (let turn = 0; turn < 60; turn += 1) await call(stop, { Authorization: `Bearer guess-${String(turn)}` });
    await eventually('it is logged', () => app.output().includes('a wrong token for operators'));
    await app.stop();
    const lines = app
      .output()
      .split('\n')
      .filter((line) => line.includes('"security":"operator-token"'));
    expect(lines).toHaveLength(11);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      msg: 'rejected POST /simulation/stop from 127.0.0.1: a wrong token for operators',
      address: '127.0.0.1',
      method: 'POST',
      route: '/simulation/stop',
    });
    expect(lines[10]).toContain('50 more requests without the operators');
    expect(app.output()).not.toMatch(/guess-|the-operator-of-this-test/);
  });

  it('counts as a request for the limit per second', async () => {
    await using app = await start('payment-service', { OPERATOR_TOKEN, REQUESTS_PER_SECOND: '3' });
    const gateway: Route = { app, method: 'POST', path: '/gateway' };
    const guesses = Array.from({ length: 30 }, () =>
      call(gateway, { Authorization: 'Bearer guess' }, { failure_share: 1 }),
    );
    const answers = (await Promise.all(guesses)).map(({ status }) => status);
    expect(answers).toContain(429);
    expect(answers.every((status) => status === 401 || status === 429)).toBe(true);
  });

  it('is rejected as a setting if it is too short, and never shown', async () => {
    for (const wrong of ['sesame', 'open sesame open sesame', 'sesame-'.repeat(40)]) {
      const app = await start('payment-service', { OPERATOR_TOKEN: wrong });
      expect(await app.exited).toEqual({ code: 78, signal: null });
      expect(app.output()).toContain('OPERATOR_TOKEN takes 16 to 255 visible ASCII characters; it got something else');
      expect(app.output()).not.toContain('sesame');
    }
  });
});

describe('the console', () => {
  const urls = (apps: readonly AppProcess[]) => ({
    SHOP_ORDER_URL: routeOf(apps, 'order-service', 'GET', '/').app.url,
    SHOP_PAYMENT_URL: routeOf(apps, 'payment-service', 'GET', '/').app.url,
  });
  const changes = { 'shop/gateway': { failureShare: 0.5 }, 'shop/simulation': { running: true, rate: 1 } };

  it('uses the token for its users, who never see it', async () => {
    await using site = await startConsole(redis.url, { ...urls(shop), OPERATOR_TOKEN });
    expect(await site.get<ShopView>('/api/shop')).toMatchObject({ canOperate: true });
    expect(await site.post<GatewayView>('/api/shop/gateway', { failureShare: 0.5 })).toEqual({ failureShare: 0.5 });
    expect(await site.post<GatewayView>('/api/shop/gateway', { failureShare: 0.02 })).toEqual({ failureShare: 0.02 });
    expect(await site.post<SimulationView>('/api/shop/simulation', { running: false })).toMatchObject({
      running: false,
    });
    for (const path of ['/api/session', '/api/shop', '/api-json', '/'])
      expect((await site.ask(path)).text, path).not.toContain(OPERATOR_TOKEN);
    // A page of another site still cannot get the token of the console's pages.
    const stranger = await site.ask('/api/shop/gateway', {
      method: 'POST',
      body: changes['shop/gateway'],
      headers: AS_OPERATOR,
    });
    expect(stranger.problem).toMatchObject({ statusCode: 403, code: 'bad-token' });
  });

  it.each([
    ['no token', {}, () => shop, 'This console has no token for operators'],
    ['another token', { OPERATOR_TOKEN: 'the-operator-of-another-test' }, () => shop, 'is not the one of this console'],
    ['a token but the services have none', { OPERATOR_TOKEN }, () => tokenless, 'service has no token for operators'],
  ])('says what to do when it has %s', async (_, environment, apps, words) => {
    await using site = await startConsole(redis.url, { ...urls(apps()), ...environment });
    const view = await site.get<ShopView>('/api/shop');
    expect(view).toMatchObject({
      simulation: { running: false },
      gateway: { failureShare: 0.02 },
      canOperate: 'OPERATOR_TOKEN' in environment,
    });
    const headers = { 'X-Console-Token': await site.token() };
    for (const [path, body] of Object.entries(changes)) {
      const { problem } = await site.ask(`/api/${path}`, { method: 'POST', body, headers });
      expect(problem, path).toMatchObject({ statusCode: 502, code: 'not-operator' });
      expect(problem.message).toContain(words);
      expect(problem.message).toContain('set the same OPERATOR_TOKEN for the console');
    }
    await nothingHasChanged(apps());
  });
});
