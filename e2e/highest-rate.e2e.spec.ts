import { eventually } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import { startShop } from './shop.js';

/** Twice what a shop has under way at most: its threads do not know of each other what is not in the stream yet. */
const MAX_ORDERS = 4000;
/** So many that a simulation without bound would have placed more than that meanwhile. */
const ENOUGH = 1500;

describe('the highest rate', () => {
  it('is as much as the shop carries: the backlog stays bounded, and the laws are kept', async () => {
    await using shop = await startShop({ environment: { SIMULATION_ENABLED: 'true', SIMULATION_RATE: 'max' } });
    let most = 0;
    await eventually('many orders were carried', async () => {
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

  it('is a rate like another: it can be set and left while the shop runs', async () => {
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
