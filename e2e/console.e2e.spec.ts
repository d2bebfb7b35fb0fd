import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { eventually } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import type { Journey } from '../apps/console/src/contract/journey.js';
import type { ConsumerNode, Overview } from '../apps/console/src/contract/overview.js';
import type {
  AuditView,
  Catalogue,
  GatewayView,
  PlacedOrderView,
  ShopView,
  SimulationView,
} from '../apps/console/src/contract/shop.js';
import { startConsole, type Console } from '../apps/console/test/console.js';
import { OPERATOR_TOKEN, orderBody, orderTotal, startShop, type Shop } from './shop.js';

/** The largest share of the commands to Redis that may be the console's. */
const MAX_COMMANDS = 0.03;
/** The average over a simulated day; at its beginning, the rate is about a hundred. */
const ORDERS_A_SECOND = 140;

function openConsole(shop: Shop): Promise<Console> {
  return startConsole(shop.redis.url, {
    SHOP_ORDER_URL: shop.orders.url,
    SHOP_PAYMENT_URL: shop.payments.url,
    OPERATOR_TOKEN,
  });
}

/** Monitors the server until it has received `until` commands, and counts those of each client. */
async function commandsByClient(port: number, until: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let all = 0;
  const socket = connect(port, '127.0.0.1');
  socket.write('MONITOR\r\n');
  createInterface({ input: socket }).on('line', (line) => {
    const [, client] = /^\+[\d.]+ \[\d+ (\S+)\]/.exec(line) ?? [];
    // The commands of a script count for its caller.
    if (client === undefined || client === 'lua') return;
    all += 1;
    counts.set(client, (counts.get(client) ?? 0) + 1);
  });
  await eventually('the shop has worked', () => all >= until, 60_000);
  socket.destroy();
  return counts;
}

async function addressOf(shop: Shop, name: string): Promise<string> {
  const clients = (await shop.redis.client.client('LIST')) as string;
  return new RegExp(`addr=(\\S+) .*name=${name} `).exec(clients)?.[1] ?? '';
}

describe('the console on the shop', () => {
  it('shows an order on its way, and controls the shop', async () => {
    await using shop = await startShop({ environment: { GATEWAY_DECLINE_SHARE: '0' } });
    await using site = await openConsole(shop);
    const { products, currencies } = await site.get<Catalogue>('/api/shop/catalogue');
    expect(currencies).toContain('EUR');
    expect(products).toHaveLength(60);

    const order = { ...orderBody(), idempotencyKey: '0b0f7c0e-5f53-4b0e-8f0e-0d4f3a6c9a11' };
    const placed = await site.post<PlacedOrderView>('/api/shop/orders', order);
    expect(await site.post('/api/shop/orders', order)).toEqual(placed);
    const journey = await eventually('it is shipped', async () => {
      const seen = await site.get<Journey>(`/api/journeys/${placed.orderId}?near=${placed.entryId}`);
      return (
        seen.state === 'settled' && seen.events.some(({ event }) => event.event_type === 'shipment_created') && seen
      );
    });
    // Low stock is restocked: a second update of the same order.
    const steps = new Map(journey.events.map(({ event, depth }) => [event.event_type, depth]));
    expect([...steps]).toEqual([
      ['order_placed', 0],
      ['payment_processed', 1],
      ['inventory_updated', 2],
      ['shipment_created', 3],
    ]);
    const payment = journey.events[0]?.handledBy.find(({ group }) => group === 'payment_service');
    expect(payment).toMatchObject({ source: 'payment_service', known: 'answer', answers: [{ stream: 'payments' }] });

    const wrong = { ...order, items: [], idempotencyKey: '1b0f7c0e-5f53-4b0e-8f0e-0d4f3a6c9a11' };
    const headers = { 'X-Console-Token': await site.token() };
    const { problem } = await site.ask('/api/shop/orders', { method: 'POST', body: wrong, headers });
    expect(problem).toMatchObject({ statusCode: 400, code: 'invalid' });
    expect(problem.details?.join()).toContain('items');

    const view = await site.get<ShopView>('/api/shop');
    expect(view).toMatchObject({
      ordersByState: { shipped: 1 },
      revenueByCurrency: { GBP: orderTotal() },
      simulation: { running: false },
    });
    expect(await site.post<GatewayView>('/api/shop/gateway', { failureShare: 0.5 })).toEqual({ failureShare: 0.5 });
    expect((await site.get<ShopView>('/api/shop')).gateway).toEqual({ failureShare: 0.5 });
    expect(await site.post<SimulationView>('/api/shop/simulation', { running: true, rate: 5 })).toMatchObject({
      running: true,
      rate: 5,
    });
    expect(await site.post<SimulationView>('/api/shop/simulation', { running: false })).toMatchObject({
      running: false,
    });
    await shop.lawsAreKept();
    const audit = await site.post<AuditView>('/api/shop/audit', {});
    expect(audit).toMatchObject({ kept: true, quiet: true });
    expect(audit.laws).toHaveLength(7);

    await shop.orders.stop();
    expect(await site.get<ShopView>('/api/shop')).toMatchObject({ simulation: null });
    const away = await site.ask('/api/shop/simulation', { method: 'POST', body: { running: true }, headers });
    expect(away.problem).toMatchObject({ statusCode: 502, code: 'service-away' });
  });

  it('shows within two refreshes that a processor was killed, then that others took over its events, with less than 3% of the commands', async () => {
    const environment = {
      SIMULATION_ENABLED: 'true',
      SIMULATION_RATE: String(ORDERS_A_SECOND),
      // The simulated time of day does not change, so that the rate is constant.
      SIMULATION_SPEED: '0.001',
    };
    await using shop = await startShop({ processors: 3, environment });
    await using site = await openConsole(shop);
    using feed = site.live('?tail=*');
    const latest = (): Overview | undefined => feed.messages.overview.at(-1);
    const workers = (overview = latest()): ConsumerNode[] =>
      (overview?.topology.nodes ?? []).filter(
        (node): node is ConsumerNode => node.kind === 'consumer' && node.group === 'ecommerce_processors',
      );
    await eventually(
      'three processors are seen at work',
      () => workers().filter(({ state }) => state === 'reading').length === 3,
    );

    const counts = await commandsByClient(shop.redis.server.port, 10_000);
    const own = counts.get(await addressOf(shop, 'console')) ?? 0;
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const orders = latest()?.topology.nodes.find(({ id }) => id === 'stream:orders');
    console.log(`${String(own)} of ${String(all)} commands are the console's, at ${JSON.stringify(orders)}`);
    expect(own).toBeGreaterThan(0);
    expect(own / all).toBeLessThan(MAX_COMMANDS);

    const looks = feed.messages.overview.length;
    const [victim] = shop.processors;
    await victim?.kill();
    await eventually('it is shown as gone', () => workers().some(({ state }) => state === 'gone'));
    const seen = feed.messages.overview
      .slice(looks)
      .findIndex((overview) => workers(overview).some(({ state }) => state === 'gone'));
    // The refresh that was running, and the next one.
    expect(seen).toBeLessThanOrEqual(1);
    expect(latest()?.findings.map(({ title }) => title)).toContain('A worker of ecommerce_processors is gone');
    await eventually(
      'others have taken over its events',
      () => workers().find(({ state }) => state === 'gone')?.pending === 0,
    );
    await eventually('it is reported', () =>
      latest()?.findings.some(({ severity, title }) => severity === 'info' && title.includes('is gone')),
    );
  });
});
