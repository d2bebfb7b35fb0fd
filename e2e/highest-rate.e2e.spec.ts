import { eventually } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import { startShop } from './shop.js';

/** Twice the most orders that the shop has in progress: its threads do not know of each other's orders before they are in the stream. */
const MAX_ORDERS = 4000;
/** After this many orders, a simulation without a limit would have placed more than that. */
const ENOUGH = 1500;

describe('the highest rate', () => {
  it('is limited by what the shop handles: the backlog stays bounded, and the laws are kept', async () => {
    await using shop = await startShop({ environment: { SIMULATION_ENABLED: 'true', SIMULATION_RATE: 'max' } });
    let most = 0;
    await eventually('many orders were handled', async () => {
      const placed = await shop.placed();
      const done = await shop.done();
      most = Math.max(most, placed - done);
      return done > ENOUGH;
    });
    expect(most).toBeLessThan(MAX_ORDERS);

    const { summary } = await shop.lawsAreKept();
    expect(summary.orders.placed).toBeGreaterThan(ENOUGH);
    expect(summary.ordersPerSecond).toBeGreaterThan(0);
  });

  it('can be set and changed like any other rate while the shop runs', async () => {
    await using shop = await startShop();
    expect(await shop.post('/simulation/start', { rate: 'max' })).toMatchObject({
      status: 200,
      body: { running: true, rate: 'max' },
    });
    await eventually('orders come', async () => (await shop.placed()) > 100);
    expect(await shop.post('/simulation/start', { rate: 1 })).toMatchObject({ body: { running: true, rate: 1 } });
    expect(await shop.post('/simulation/start', { rate: 'most' })).toMatchObject({
      status: 400,
      body: { message: ['rate must be a number from 0.01 to 100000, or max'] },
    });
    await shop.lawsAreKept();
  });
});
