import { randomUUID } from 'node:crypto';
import { freshRedis, startApp, type AppProcess, type TestRedis } from '@repo/testing';
import { OrderPlaced } from '@shop/contracts';
import { catalogue, currencies, offersIn } from '@shop/simulation';
import fc from 'fast-check';
import { validate } from 'nestjs-event-streams/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SEED = 42;
const PRODUCTS = catalogue(SEED);
const [MUG, PEN] = offersIn('EUR', PRODUCTS) as [Offer, Offer];
interface Offer {
  sku: string;
  name: string;
  unit_price: number;
}

let redis: TestRedis;
let app: AppProcess;
beforeAll(async () => {
  redis = await freshRedis();
  app = await startApp('order-service', { REDIS_URL: redis.url, SIMULATION_ENABLED: 'false' });
  await app.healthy();
});
afterAll(async () => {
  await app.stop();
  await redis.stop();
});

/** A valid order with some changes. */
function orderOf(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
    items: [{ ...MUG, quantity: 2 }],
    currency: 'EUR',
    shipping_address: { street: '12 Harbour Street', city: 'Dublin', postal_code: 'D02 X285', country: 'IE' },
    ...changes,
  };
}

const itemOf = (changes: Record<string, unknown>) => orderOf({ items: [{ ...MUG, quantity: 2, ...changes }] });

interface Answer {
  status: number;
  message: string[];
}

/** @param body is sent as JSON unless it is a string */
async function send(
  body: unknown,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Answer> {
  const response = await fetch(`${app.url}/orders`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const { message } = (await response.json()) as { message?: string | string[] };
  return { status: response.status, message: [message ?? []].flat() };
}

const published = () => redis.client.xlen('ecommerce:orders');

/** Expects that an order is rejected with 400 and a message that contains the words, and that nothing is published. */
async function expectRejected(body: unknown, ...words: string[]): Promise<void> {
  const before = await published();
  const { status, message } = await send(body);
  expect({ status, message }).toMatchObject({ status: 400 });
  for (const word of words) expect(message.join('\n')).toContain(word);
  expect(await published()).toBe(before);
}

describe('the price of an order', () => {
  it.each(currencies())('must be that of the catalogue in %s', async (currency) => {
    const response = await fetch(`${app.url}/catalogue?currency=${currency}`);
    const offers = (await response.json()) as Offer[];
    expect(offers).toEqual(offersIn(currency, PRODUCTS));
    const items = offers.map((offer) => ({ ...offer, quantity: 1000 }));
    expect(await send(orderOf({ items, currency }))).toMatchObject({ status: 201 });
  });

  it.each(['', '?currency=', '?currency=eur', '?currency=CHF', '?currency=EUR&currency=USD', '?currency[a]=EUR'])(
    'is not available without a currency of the shop: GET /catalogue%s',
    async (query) => {
      const response = await fetch(`${app.url}/catalogue${query}`);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('currency must be one of EUR, USD, GBP, JPY, PLN, SEK');
    },
  );

  it('is rejected with both prices if it is wrong, also with an idempotency key', async () => {
    const cheap = itemOf({ unit_price: 1 });
    const words = `items.0.unit_price must be ${String(MUG.unit_price)}, the price of ${MUG.sku} in EUR, got 1`;
    await expectRejected(cheap, words);
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
    expect(await send(cheap, headers)).toEqual({ status: 400, message: [words] });
    // The key can still be used.
    expect(await send(orderOf(), headers)).toMatchObject({ status: 201 });
  });

  it('does not exist for unknown products and currencies', async () => {
    await expectRejected(
      itemOf({ sku: 'GOLD-1' }),
      'items.0.sku must be one of GET /catalogue?currency=EUR, got "GOLD-1"',
    );
    await expectRejected(orderOf({ currency: 'CHF' }), 'currency must be one of EUR, USD, GBP, JPY, PLN, SEK, got CHF');
    await expectRejected(orderOf({ currency: 'USD' }), 'in USD');
    await expectRejected(orderOf({ total_amount: 1 }), `total of items, ${String(2 * MUG.unit_price)}, got 1`);
  });

  it('comes with the name of the catalogue instead of the customer’s', async () => {
    expect(await send(itemOf({ name: 'Golden calf' }))).toMatchObject({ status: 201 });
    const [[, fields] = []] = await redis.client.xrevrange('ecommerce:orders', '+', '-', 'COUNT', 1);
    const { items } = JSON.parse(fields?.[fields.indexOf('data') + 1] ?? '') as OrderPlaced;
    expect(items).toEqual([{ ...MUG, quantity: 2 }]);
  });
});

describe('an invalid order', () => {
  it.each([
    ['2^53 pieces', '"quantity":9007199254740992'],
    ['1e200 pieces', '"quantity":1e200'],
    ['infinitely many pieces', '"quantity":1e999'],
    ['1001 pieces', '"quantity":1001'],
    ['no pieces', '"quantity":0'],
    ['negative pieces', '"quantity":-1'],
    ['half a piece', '"quantity":0.5'],
    ['pieces as text', '"quantity":"2"'],
    ['pieces as a list', '"quantity":[2]'],
    ['pieces as a boolean', '"quantity":true'],
    ['no number of pieces', '"quantity":null'],
  ])('has %s', async (_, quantity) => {
    const body = JSON.stringify(orderOf()).replace('"quantity":2', quantity);
    expect(body).toContain(quantity);
    await expectRejected(body, 'items.0.quantity must');
  });

  it.each([['1e308'], ['1e999'], ['9007199254740993'], ['-1'], ['"1"'], ['{"toString":1}']])(
    'has the price %s, or the total',
    async (number) => {
      const body = JSON.stringify(itemOf({ unit_price: 'PRICE' }));
      await expectRejected(body.replace('"PRICE"', number), 'items.0.unit_price must');
      const total = JSON.stringify(orderOf({ total_amount: 'TOTAL' }));
      await expectRejected(total.replace('"TOTAL"', number), 'total_amount must');
    },
  );

  it.each<[string, Record<string, unknown>, string]>([
    ['a list as its customer', { customer: [] }, 'customer must be an object'],
    ['a list of customers', { customer: [{ name: 'Ada', email: 'ada@example.com' }] }, 'customer must be an object'],
    ['a text as its customer', { customer: 'Ada' }, 'customer must be an object'],
    ['no customer', { customer: null }, 'customer'],
    ['a list as its address', { shipping_address: [] }, 'shipping_address must be an object'],
    ['no items', { items: [] }, 'items must contain at least 1 elements'],
    ['an object as its items', { items: { 0: MUG } }, 'items must be an array'],
    ['items in items', { items: [[MUG]] }, 'items'],
    ['an item that is none', { items: [null, 'MUG', 7] }, 'items'],
    ['a sku twice', { items: [MUG, MUG].map((item) => ({ ...item, quantity: 1 })) }, 'must not name a sku twice'],
    ['a long name', { customer: { name: 'x'.repeat(201), email: 'ada@example.com' } }, 'customer.name must be shorter'],
    ['a long email', { customer: { name: 'Ada', email: `${'x'.repeat(5000)}@a.io` } }, 'customer.email'],
    [
      'an unpaired surrogate',
      { customer: { name: 'Ada', email: '\ud800@a.io' } },
      'customer.email must be Unicode text',
    ],
    ['something else', { coupon: 'SAVE10' }, 'property coupon should not exist'],
  ])('has %s', async (_, changes, words) => {
    await expectRejected(orderOf(changes), words);
  });

  it.each([
    ['a list', '[]'],
    ['a list of orders', JSON.stringify([orderOf()])],
    ['a text', '"order"'],
    ['a number', '7'],
    ['null', 'null'],
    ['half an object', '{"items":['],
    ['nothing', ''],
    ['deep', `{"customer":${'{"name":'.repeat(5000)}1${'}'.repeat(5000)}}`],
    ['deep in lists', `{"items":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['a prototype', '{"__proto__":{"items":[]},"constructor":{"prototype":1},"toString":1,"then":1}'],
    ['a prototype within', JSON.stringify(orderOf()).replace('"name":', '"__proto__":{"name":"Eve"},"name":')],
    ['keys of nothing', `{${Array.from({ length: 5000 }, (__, index) => `"k${String(index)}":1`).join()}}`],
  ])('is %s', async (_, body) => {
    const { status } = await send(body);
    expect(status).toBeGreaterThanOrEqual(body.includes('Eve') ? 201 : 400);
    expect(status).toBeLessThan(500);
  });

  it('is answered with its first twenty problems, each short', async () => {
    const items = Array.from({ length: 100 }, (_, index) => ({ [`x${'y'.repeat(400)}${String(index)}`]: 1 }));
    const { status, message } = await send(orderOf({ items }));
    expect(status).toBe(400);
    expect(message.length).toBeGreaterThan(10);
    expect(message.length).toBeLessThanOrEqual(20);
    for (const problem of message) expect(problem.length).toBeLessThanOrEqual(301);
    const strangers = offersIn('EUR', PRODUCTS).map((offer) => ({ ...offer, sku: `NO-${offer.sku}`, quantity: 1 }));
    expect((await send(orderOf({ items: strangers }))).message).toHaveLength(20);
  });

  it('is too large, or not JSON', async () => {
    const before = await published();
    expect(await send(orderOf({ note: 'x'.repeat(70_000) }))).toEqual({
      status: 413,
      message: ['Expected a body of at most 65536 bytes'],
    });
    expect(await send('items=1', { 'Content-Type': 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 415,
    });
    expect(await send('{}', { 'Content-Type': 'application/json; charset=x-none' })).toMatchObject({ status: 415 });
    const odd = { 'Content-Type': 'application/json', 'Content-Encoding': 'zip' };
    expect(await send('{}', odd)).toMatchObject({ status: 415 });
    expect(await published()).toBe(before);
  });

  it('costs little to reject, even with many items', async () => {
    const cpuSeconds = async (): Promise<number> => {
      const metrics = await (await fetch(`${app.url}/metrics`)).text();
      const times = [...metrics.matchAll(/^process_cpu_time_seconds_total\{[^}]*\} ([\d.e+-]+)/gm)];
      expect(times.length).toBeGreaterThan(0);
      return times.reduce((sum, [, seconds]) => sum + Number(seconds), 0);
    };
    const bodies = [
      JSON.stringify(orderOf({ items: Array.from({ length: 20_000 }, () => ({})) })),
      JSON.stringify(orderOf({ items: Array.from({ length: 4000 }, (_, index) => ({ sku: String(index) })) })),
      `{${Array.from({ length: 5000 }, (_, index) => `"${String(index)}":1`).join()}}`,
      JSON.stringify(
        orderOf({ customer: { name: 'x'.repeat(60_000), email: `${'a.'.repeat(1000)}@${'b.'.repeat(1000)}` } }),
      ),
    ];
    for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThan(65_536);
    const before = await cpuSeconds();
    const rounds = 5;
    for (let round = 0; round < rounds; round += 1)
      for (const body of bodies) expect(await send(body)).toMatchObject({ status: 400 });
    // 20 requests of 60 kB, which take a millisecond or two each to parse.
    expect(await cpuSeconds()).toBeLessThan(before + 1);
  });
});

describe('any request', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, '', 0, -1, 1e21, 0.1, true, [], {}, [[]], '2', 'EUR', '\ud800', '\u0000', '\u202e'),
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary' }),
  );
  const paths = ['customer', 'customer.name', 'customer.email', 'customer.customer_id', 'items', 'items.0', 'items.1']
    .concat(['items.0.sku', 'items.0.quantity', 'items.0.name', 'currency', 'total_amount', 'shipping_address'])
    .concat(['shipping_address.country', 'shipping_address.postal_code', '__proto__', 'constructor', 'items.0.toJSON']);

  it('is accepted and becomes a valid event, or is rejected with 4xx', async () => {
    let accepted = 0;
    const before = await published();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...paths), odd), { maxLength: 2 }), async (changes) => {
        const body = structuredClone(orderOf({ items: [MUG, PEN].map((item) => ({ ...item, quantity: 1 })) }));
        for (const [path, value] of changes) put(body, path.split('.'), value);
        const { status, message } = await send(body);
        if (status === 201) accepted += 1;
        else expect({ status, message }).toMatchObject({ status: 400 });
      }),
      { numRuns: 150, seed: 15 },
    );
    expect(accepted).toBeGreaterThan(0);
    expect(await published()).toBe(before + accepted);
    for (const [, fields] of await redis.client.xrange('ecommerce:orders', '-', '+'))
      expect(() => validate(OrderPlaced, JSON.parse(fields[fields.indexOf('data') + 1] ?? ''))).not.toThrow();
    expect((await fetch(`${app.url}/health`)).status).toBe(200);
    expect(app.output()).not.toContain('ExceptionsHandler');
  });
});

/** Sets the value at a path, always as an own property. */
function put(target: object, [key = '', ...rest]: readonly string[], value: unknown): void {
  const inner = (target as Record<string, unknown>)[key];
  if (rest.length > 0 && typeof inner === 'object' && inner !== null) put(inner, rest, value);
  else if (rest.length === 0)
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}
