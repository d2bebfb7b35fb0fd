import { eventually } from '@repo/testing';
import { describe, expect, it } from 'vitest';
import { startShop } from './shop.js';

/** Every law is kept when a process crashes; see also the event library's own tests of each guarantee. */
describe('fault tolerance', () => {
  it('shares the load among three processors, and the others take over the events of a killed one', async () => {
    await using shop = await startShop({
      processors: 3,
      environment: { SIMULATION_ENABLED: 'true', SIMULATION_RATE: '60' },
    });
    await eventually('all three processors have worked', async () =>
      (await Promise.all(shop.processors.map(handled))).every((count) => count > 20),
    );

    const victim = shop.processors[1];
    if (!victim) throw new Error('no second processor');
    const { client } = shop.redis;
    const heldByVictim = async (): Promise<number> => {
      const rows = (await client.xinfo('CONSUMERS', 'ecommerce:orders', 'ecommerce_processors')) as (
        string | number
      )[][];
      return Number(rows.find((row) => String(row[1]).includes(`-${String(victim.pid)}-`))?.[3] ?? 0);
    };
    // It is frozen at any point of its work and still holds its events; then it is killed.
    await eventually('the victim holds something', async () => {
      process.kill(victim.pid, 'SIGSTOP');
      const held = await eventually('its pending list can be read', async () => ({ count: await heldByVictim() }));
      if (held.count > 0) return true;
      process.kill(victim.pid, 'SIGCONT');
      return false;
    });
    await victim.kill();
    const placed = await shop.placed();
    await eventually('the shop continues', async () => (await shop.placed()) > placed + 60);
    await eventually('others took over', async () => (await heldByVictim()) === 0);
    await shop.lawsAreKept();
  });

  it('keeps the laws when Redis crashes under load', async () => {
    await using shop = await startShop({ environment: { SIMULATION_ENABLED: 'true', SIMULATION_RATE: '60' } });
    await eventually('customers shop', async () => (await shop.placed()) > 100);
    await shop.redis.restart();
    const placed = await shop.placed();
    await eventually('the shop continues', async () => (await shop.placed()) > placed + 100);
    const { summary } = await shop.lawsAreKept();
    expect(summary.shipments).toBeGreaterThan(100);
  });

  it('keeps the laws when gateway calls fail and poison is injected', async () => {
    await using shop = await startShop({
      environment: {
        SIMULATION_ENABLED: 'true',
        SIMULATION_RATE: '40',
        SIMULATION_POISON_SHARE: '0.1',
        GATEWAY_FAILURE_SHARE: '0.1',
      },
    });
    await eventually('customers shop', async () => (await shop.placed()) > 200);
    await shop.lawsAreKept();
    expect(await shop.redis.client.xlen('ecommerce:orders:dead-letters')).toBeGreaterThan(10);
  });
});

/** How many events a processor has handled. */
async function handled({ url }: { url: string }): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^messaging_process_duration_seconds_count\{[^}]*\} (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
