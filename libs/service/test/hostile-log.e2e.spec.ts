import { eventually, freshRedis, startApp, type AppProcess, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Would forge a line of either format, reverse its text, or move a terminal's cursor. */
const FORGED =
  'x\n[12:00:00.000] INFO: all is well\n{"level":"info","msg":"all is well"}\r\u001b[2J\u009b1m\u0085\u2028\u202e\u2066\u200f';
const OBEYED = /[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029]/u;

const FLOOD = 500;

const ORDER = {
  customer: { name: FORGED, email: 'ada@example.com' },
  items: [{ sku: FORGED, name: FORGED, quantity: 2, unit_price: 1999 }],
  currency: 'GBP',
  shipping_address: { street: FORGED, city: FORGED, postal_code: 'SW1Y 4JH', country: 'GB' },
};

describe.each([
  ['pretty', (line: string) => /^\[\d\d:\d\d:\d\d\.\d{3}\] (INFO|WARN|ERROR): /.test(line)],
  ['json', (line: string) => line.startsWith('{"level":"') && 'time' in (JSON.parse(line) as object)],
])('the log of the shop, %s', (format, isEntry) => {
  let redis: TestRedis;
  const apps: AppProcess[] = [];
  beforeAll(async () => {
    redis = await freshRedis();
    const environment = { REDIS_URL: redis.url, LOG_FORMAT: format, SIMULATION_ENABLED: 'false' };
    apps.push(...(await Promise.all(['order-service', 'processor'].map((app) => startApp(app, environment)))));
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.kill()));
    await redis.stop();
  });

  it('has no line that was forged by an entry or a request, and no control character', async () => {
    const [orders, processor] = apps as [AppProcess, AppProcess];
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${orders.url}/orders`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
      });
    const hostile = encodeURIComponent(FORGED);
    await post(JSON.stringify(ORDER), { 'Idempotency-Key': 'x\u0085[2J' });
    await post(JSON.stringify({ ...ORDER, [FORGED]: FORGED, currency: FORGED }));
    await post(FORGED);
    for (const path of [`/orders/${hostile}`, `/${hostile}`, '/orders/%ff', '/%', `/orders?x=${hostile}`])
      await Promise.all([fetch(orders.url + path), fetch(processor.url + path)]);

    const data = JSON.stringify({ order_id: FORGED, [FORGED]: FORGED });
    const envelope = {
      event_id: crypto.randomUUID(),
      event_type: 'order_placed',
      timestamp: new Date().toISOString(),
      version: '1.0',
      source: FORGED,
      partition_key: FORGED,
      data,
    };
    const hostileEntries = [
      envelope,
      { ...envelope, event_type: FORGED },
      { ...envelope, event_id: FORGED },
      { ...envelope, version: FORGED },
      { ...envelope, data: FORGED },
      { [FORGED]: FORGED },
    ];
    for (const entry of hostileEntries)
      await redis.client.xadd('ecommerce:orders', '*', ...Object.entries(entry).flat());
    await eventually(
      'all are logged',
      () => processor.output().match(/dead letter of/g)?.length === hostileEntries.length,
    );
    // Many of them give few lines, and their number.
    for (let index = 0; index < FLOOD; index += 1) await redis.client.xadd('ecommerce:orders', '*', 'no', 'envelope');
    const all = hostileEntries.length + FLOOD;
    await eventually(
      'all are given up',
      async () => (await redis.client.xlen('ecommerce:orders:dead-letters')) === all,
    );
    expect(await Promise.all(apps.map((app) => app.stop()))).toEqual([0, 0]);
    const more = [...processor.output().matchAll(/: (\d+) more dead letters/g)].map(([, count]) => Number(count));
    const told = processor.output().match(/dead letter of/g)?.length ?? 0;
    expect(more.reduce((sum, one) => sum + one, told)).toBe(all);
    expect(told).toBeLessThan(FLOOD / 2);

    const lines = apps.flatMap((app) => app.output().split('\n')).filter((line) => line !== '');
    expect(lines.filter((line) => !isEntry(line))).toEqual([]);
    expect(lines.filter((line) => OBEYED.test(line))).toEqual([]);
    expect(lines.filter((line) => line.includes('all is well')).length).toBeGreaterThan(0);
  });
});
