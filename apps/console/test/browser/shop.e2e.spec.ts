import { eventually, freshRedis, startApp, type AppProcess, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type Console } from '../console.js';
import type { Looks, Sight } from './browser.js';
import { browserOfFile, gone, seen } from './pages.js';

const OPERATOR_TOKEN = 'the-operator-of-this-test';

let redis: TestRedis;
let apps: AppProcess[];
let processors: AppProcess[];
let site: Console;

beforeAll(async () => {
  redis = await freshRedis();
  const environment = {
    REDIS_URL: redis.url,
    SIMULATION_RATE: '5',
    GATEWAY_LATENCY_MS: '5',
    GATEWAY_DECLINE_SHARE: '0',
    EVENTS_CLAIM_AFTER_MS: '1500',
    OPERATOR_TOKEN,
  };
  const names = ['order-service', 'payment-service', 'inventory-service', 'shipping-service'];
  const processorNames = ['processor', 'processor', 'processor'];
  apps = await Promise.all([...names, ...processorNames].map((name) => startApp(name, environment)));
  processors = apps.slice(names.length);
  await Promise.all(apps.map((app) => app.healthy()));
  const [order, payment] = apps;
  const urls = { SHOP_ORDER_URL: order?.url ?? '', SHOP_PAYMENT_URL: payment?.url ?? '' };
  site = await startConsole(redis.url, { ...urls, OPERATOR_TOKEN });
}, 600_000);
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await Promise.all(apps.map((app) => app[Symbol.asyncDispose]()));
  await redis.stop();
});

const open = browserOfFile();
const look = (path: string, looks?: Looks): Promise<Sight> => open(`${site.app.url}${path}`, looks);

describe('the shop', () => {
  it('places an order, and shows its journey through all services', async () => {
    const { page } = await look('/shop');
    await page.getByLabel('Quantity').fill('2');
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page.getByRole('link', { name: 'Follow its journey' }).click();
    // The sale may have brought a restock with it, which is a fifth event.
    await seen(page.getByText(/[45] events in/));
    for (const type of ['order_placed', 'payment_processed', 'inventory_updated', 'shipment_created']) {
      await seen(page.getByRole('button', { name: new RegExp(`^${type}, published`) }));
    }
    await seen(page.getByText('settled', { exact: true }));
  });

  it('counts orders live, and controls the simulation', async () => {
    const { page } = await look('/shop');
    const orders = page.locator('.stat', { hasText: 'since the shop opened' }).locator('.stat-value');
    await seen(orders);
    const before = await orders.innerText();
    await eventually('more orders are there', async () => (await orders.innerText()) !== before);

    await page.getByRole('button', { name: 'Pause' }).click();
    await seen(page.getByText(/orders placed, paused/));
    const rate = page.getByLabel('Customers');
    await rate.focus();
    await page.keyboard.press('ArrowRight');
    await seen(page.getByText('6.3', { exact: true }));
    await page.getByRole('button', { name: 'Start' }).click();
    await gone(page.getByText(/orders placed, paused/));

    await page.getByLabel('Failing gateway calls').fill('0.25');
    await page.getByLabel('Failing gateway calls').blur();
    await eventually('the payment service has it', async () => {
      const { gateway } = await site.get<{ gateway: { failureShare: number } | null }>('/api/shop');
      return gateway?.failureShare === 0.25;
    });
  });

  it('says what to do if the console has no token for operators', async () => {
    const [order, payment] = apps;
    await using tokenless = await startConsole(redis.url, {
      SHOP_ORDER_URL: order?.url ?? '',
      SHOP_PAYMENT_URL: payment?.url ?? '',
    });
    const { page, barriers } = await open(`${tokenless.app.url}/shop`);
    await seen(page.getByText('This console has no token for operators, so it cannot control the shop'));
    expect(await page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    expect(await page.getByLabel('Failing gateway calls').isDisabled()).toBe(true);
    expect(await barriers()).toEqual([]);
  });

  it('checks the laws, and shows the result', async () => {
    const { page } = await look('/shop');
    await page.getByRole('button', { name: 'Check the laws' }).click();
    await seen(page.getByText('kept', { exact: true }));
    await seen(page.getByRole('button', { name: 'Check again' }));
  });

  it.each([
    { theme: 'light', width: 1280 },
    { theme: 'dark', width: 400 },
  ] as const)('is accessible and fits in the $theme theme, $width pixels wide', async (looks) => {
    const { page, barriers, overflow } = await look('/shop', looks);
    await seen(page.getByLabel('Product'));
    await seen(page.getByRole('heading', { name: 'Stock' }));
    expect(await barriers()).toEqual([]);
    expect(await overflow()).toBe(0);
  });
});

describe('a worker that dies', () => {
  it('is shown as gone, and another worker takes over its events', async () => {
    const { page } = await look('/');
    const picture = page.getByRole('group', { name: 'Topology' });
    await eventually('three processors read', async () => (await picture.locator('.worker-reading').count()) === 6);
    const [victim] = processors;
    await victim?.kill();
    await seen(picture.locator('.worker-gone'));
    await seen(page.getByText(/is gone/));

    // Another one starts, and what the dead one held is handled: the picture is calm again.
    apps.push(await startApp('processor', { REDIS_URL: redis.url, EVENTS_CLAIM_AFTER_MS: '1500' }));
    await eventually(
      'three processors read again',
      async () => (await picture.locator('.worker-reading').count()) === 6,
    );
  });
});
