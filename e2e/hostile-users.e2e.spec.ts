import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '@repo/testing';
import { USERS, type User } from '@shop/setup';
import { expect, it } from 'vitest';
import type {
  DeadLetterActionResult,
  DeadLetterGroups,
  DeadLetterPage,
} from '../apps/console/src/contract/dead-letters.js';
import type { AuditView, ShopView } from '../apps/console/src/contract/shop.js';
import type { EntriesPage, StreamList } from '../apps/console/src/contract/streams.js';
import { startConsole, type Console } from '../apps/console/test/console.js';
import { orderBody, signInOf, startShop, type Shop } from './shop.js';

const passwords = Object.fromEntries(USERS.map((user) => [user, `the-password-of-${user}`])) as Record<User, string>;

/** The time limit: the test takes less than a minute on two idle cores. */
const HANGS_MS = 240_000;

/** The commands that Redis has denied since its start. */
async function refusals(shop: Shop): Promise<string[]> {
  const rows = (await shop.redis.client.call('ACL', 'LOG')) as unknown[][];
  // Count, reason, context, object and user; the client's description has no arguments in it.
  return rows.map((row) => [9, 3, 5, 7].map((index) => String(row[index])).join(' '));
}

function openConsole(shop: Shop, user: User, environment: Record<string, string> = {}): Promise<Console> {
  const shopUrls = { SHOP_ORDER_URL: shop.orders.url, SHOP_PAYMENT_URL: shop.payments.url };
  return startConsole(shop.redis.url, { ...shopUrls, ...signInOf(user, passwords), ...environment });
}

/** Runs `npx events …` as a user. @returns the lines of its output */
async function events(shop: Shop, ...words: string[]): Promise<string[]> {
  const env = {
    ...{ PATH: process.env['PATH'], EVENTS_PREFIX: 'ecommerce', REDIS_URL: shop.redis.url },
    ...signInOf('operator', passwords),
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['libs/events-cli/bin/events.mjs', ...words], { env });
  return stdout.trimEnd().split('\n');
}

/** Every view that a page of the console shows. */
async function lookAtAll(site: Console): Promise<void> {
  using feed = site.live('?tail=*&shop=true');
  await site.get('/api/overview');
  await site.get('/api/series');
  const { streams } = await site.get<StreamList>('/api/streams');
  expect(streams.map(({ name }) => name).sort()).toEqual(['inventory', 'orders', 'payments', 'shipments']);
  for (const { name } of streams) {
    await site.get(`/api/streams/${name}`);
    const { entries } = await site.get<EntriesPage>(`/api/streams/${name}/entries?count=20`);
    const [entry] = entries;
    expect(entry).toBeDefined();
    await site.get(`/api/streams/${name}/entries/${entry?.id ?? ''}`);
    await site.get(`/api/streams/${name}/entries?text=nothing+has+that&from=0`);
    const { entries: settled } = await site.get<EntriesPage>(`/api/streams/${name}/entries?type=order_placed`);
    const order = settled[0]?.correlationId;
    if (order !== undefined && order !== null) await site.get(`/api/journeys/${order}`);
  }
  const { causes } = await site.get<DeadLetterGroups>('/api/dead-letters');
  for (const { id, stream, sample } of causes.slice(0, 3)) {
    await site.get(`/api/dead-letters/causes/${id}`);
    await site.get(`/api/dead-letters/${stream}/${sample.id}`);
    await site.post('/api/dead-letters/preview', { action: 'replay', selection: { causeId: id } });
  }
  await site.get('/api/dead-letters/history');
  await site.get('/api/actions');
  await site.get<ShopView>('/api/shop');
  expect((await site.post<AuditView>('/api/shop/audit', {})).laws).toHaveLength(7);
  for (const path of ['/health', '/metrics']) expect((await site.ask(path)).status).toBe(200);
  await eventually(
    'the feed sends everything',
    () => feed.messages.overview.length > 1 && feed.messages.shop.length > 0,
  );
}

it(
  'never denies a shop with one Redis user per app a command, also when processes crash',
  async () => {
    const environment = {
      SIMULATION_RATE: '30',
      SIMULATION_POISON_SHARE: '0.05',
      GATEWAY_FAILURE_SHARE: '0.1',
      GATEWAY_DECLINE_SHARE: '0',
      SHOP_ERASURE: 'on',
    };
    await using shop = await startShop({ passwords, processors: 2, environment });
    await using site = await openConsole(shop, 'console');
    await using viewer = await openConsole(shop, 'viewer', { CONSOLE_READ_ONLY: 'true' });
    const nothingWasRefused = async () => {
      expect(await refusals(shop)).toEqual([]);
    };
    const goesOn = async (orders: number) => {
      const placed = await shop.placed();
      await eventually('the shop continues', async () => (await shop.placed()) > placed + orders);
    };

    // Customers: those who order, those who repeat an order, and simulated ones, at a rate and at the highest rate.
    const key = { 'Idempotency-Key': crypto.randomUUID() };
    const placed = await shop.post('/orders', orderBody(), key);
    expect(placed.status).toBe(201);
    expect((await shop.post('/orders', orderBody(), key)).body).toEqual(placed.body);
    expect((await shop.post('/orders', orderBody())).status).toBe(201);
    await eventually(
      'the order is shipped',
      async () => (await shop.order(placed.body.order_id)).body.timeline.length === 4,
    );
    await shop.post('/simulation/start', { rate: 'max' });
    await goesOn(200);
    await shop.post('/simulation/start', { rate: 30 });
    for (const app of shop.apps) expect((await fetch(`${app.url}/metrics`)).status).toBe(200);
    await nothingWasRefused();

    // Workers: one is killed, one is stopped; others take over, and new ones start.
    const [, inventory] = shop.apps;
    await inventory?.kill();
    expect(await shop.processors[1]?.stop()).toBe(0);
    await Promise.all([shop.another('inventory-service'), shop.another('processor')]);
    await goesOn(30);
    await nothingWasRefused();

    // Redis: it is killed, and restarts with the same users.
    await shop.redis.restart();
    await goesOn(30);
    await nothingWasRefused();

    // The console: all views, as an operator and as a viewer.
    await lookAtAll(site);
    await lookAtAll(viewer);
    await nothingWasRefused();

    // Dead letters: replayed and discarded, from the console and from the command line.
    await shop.post('/simulation/stop');
    const { causes } = await eventually('poison of several causes is dead letters', async () => {
      const groups = await site.get<DeadLetterGroups>('/api/dead-letters');
      return groups.causes.length > 2 && groups;
    });
    const act = async (action: 'replay' | 'discard', selection: object) =>
      site.post<DeadLetterActionResult>('/api/dead-letters/act', { action, selection, why: 'a test' });
    // One cause for each action: a replayed dead letter can be the only one of its cause.
    const [first, second, third] = causes;
    if (!first || !second || !third) throw new Error('no causes');
    const { deadLetters } = await site.get<DeadLetterPage>(`/api/dead-letters/causes/${first.id}`);
    expect(await act('replay', { stream: first.stream, ids: [deadLetters[0]?.id ?? ''] })).toMatchObject({ done: 1 });
    expect((await act('replay', { causeId: second.id })).done).toBeGreaterThan(0);
    expect((await act('discard', { causeId: third.id })).done).toBeGreaterThan(0);
    await site.get('/api/dead-letters/history');

    for (const words of ['groups', 'lag', 'monitor --once', 'tail --no-follow', 'dead-letters list']) {
      await events(shop, ...words.split(' '));
    }
    await events(shop, 'show', 'orders', placed.body.entry_id);
    const list = await eventually('there are dead letters', async () => {
      const lines = await events(shop, 'dead-letters', 'list', 'orders', '--json');
      return lines.length > 1 && lines.map((line) => JSON.parse(line) as { id: string });
    });
    const [one, other] = list;
    await events(shop, 'dead-letters', 'show', 'orders', one?.id ?? '');
    await events(shop, 'dead-letters', 'replay', 'orders', one?.id ?? '', '--yes', '--why', 'a test');
    await events(shop, 'dead-letters', 'discard', 'orders', other?.id ?? '', '--yes', '--why', 'a test');
    await nothingWasRefused();

    const { summary } = await shop.lawsAreKept();
    expect(summary.shipments).toBeGreaterThan(200);
    await nothingWasRefused();
  },
  HANGS_MS,
);
