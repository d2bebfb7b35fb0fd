import { faker as sharedGerman } from '@faker-js/faker/locale/de';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, currencies as soldIn, offersIn, type OrderDraft, OrderGenerator } from '../src/index.js';

const products = catalogue(42);
const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
const currencies = new Set(Intl.supportedValuesOf('currency'));

function orders(count: number, { seed = 42, stream = 0, run = 0, catalogue = products } = {}): OrderDraft[] {
  const generator = new OrderGenerator({ seed, stream, run, catalogue });
  return Array.from({ length: count }, () => generator.next());
}

describe('OrderGenerator', () => {
  it('gives the same orders for the same seed, stream and run', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.nat(), (seed, stream, run) => {
        expect(orders(5, { seed, stream, run })).toEqual(orders(5, { seed, stream, run }));
      }),
      { numRuns: 30 },
    );
  });

  it('gives other ids on other streams, runs and seeds', () => {
    const all = [orders(500), orders(500, { stream: 1 }), orders(500, { run: 1 }), orders(500, { seed: 43 })].flat();
    expect(new Set(all.map(({ order_id }) => order_id)).size).toBe(all.length);
  });

  it('is not disturbed by other users of faker, and does not disturb them', () => {
    sharedGerman.seed(7);
    const undisturbed = [sharedGerman.person.lastName(), sharedGerman.person.lastName()];
    sharedGerman.seed(7);
    const before = sharedGerman.person.lastName();
    const first = orders(200);
    expect([before, sharedGerman.person.lastName()]).toEqual(undisturbed);
    expect(orders(200)).toEqual(first);
  });

  it('has correct totals, distinct skus and valid quantities', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(8), fc.integer({ min: 1, max: 80 }), (seed, stream, size) => {
        for (const order of orders(20, { seed, stream, catalogue: catalogue(seed, size) })) {
          expect(order.items.length).toBeGreaterThanOrEqual(1);
          expect(order.items.length).toBeLessThanOrEqual(Math.min(6, size));
          expect(new Set(order.items.map(({ sku }) => sku)).size).toBe(order.items.length);
          for (const { quantity, unit_price } of order.items) {
            expect(Number.isInteger(quantity) && quantity >= 1).toBe(true);
            expect(Number.isInteger(unit_price) && unit_price > 0).toBe(true);
          }
          const total = order.items.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);
          expect(order.total_amount).toBe(total);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('uses currencies and countries that exist, one currency in each country', () => {
    const currencyOf = new Map<string, string>();
    for (const { currency, shipping_address } of orders(5_000)) {
      expect(currencies).toContain(currency);
      expect(countries.of(shipping_address.country), shipping_address.country).toBeDefined();
      expect(currencyOf.get(shipping_address.country) ?? currency).toBe(currency);
      currencyOf.set(shipping_address.country, currency);
    }
    expect(new Set(currencyOf.values())).toEqual(new Set(['EUR', 'USD', 'GBP', 'JPY', 'PLN', 'SEK']));
    expect(currencyOf.get('JP')).toBe('JPY');
  });

  it('has similar prices in every currency, in its minor unit', () => {
    const prices = new Map(products.map(({ sku, unit_price }) => [sku, unit_price]));
    const centsFor = { EUR: 1, USD: 1.1, GBP: 0.9, JPY: 1.6, PLN: 4.3, SEK: 11.5 } as Record<string, number>;
    for (const { currency, items } of orders(3_000)) {
      for (const { sku, unit_price } of items) {
        const expected = (prices.get(sku) ?? NaN) * (centsFor[currency] ?? NaN);
        expect(Math.abs(unit_price - expected), `${sku} in ${currency}`).toBeLessThanOrEqual(1000);
        if (currency === 'JPY') expect(unit_price % 10).toBe(0);
      }
    }
  });

  it('has exactly the prices of the catalogue', () => {
    const offers = new Map(
      soldIn().flatMap((currency) =>
        offersIn(currency, products).map((offer) => [`${currency} ${offer.sku}`, offer] as const),
      ),
    );
    for (const { currency, items } of orders(3_000)) {
      for (const { sku, name, unit_price } of items)
        expect({ sku, name, unit_price }).toEqual(offers.get(`${currency} ${sku}`));
    }
  });

  it('has returning customers, with the same name, e-mail address and home', () => {
    const known = new Map<string, OrderDraft['customer']>();
    const all = [...orders(2_000), ...orders(2_000, { stream: 1 })];
    for (const { customer } of all) {
      expect(known.get(customer.customer_id) ?? customer).toEqual(customer);
      known.set(customer.customer_id, customer);
    }
    expect(known.size).toBeGreaterThan(1_000);
    expect(known.size).toBeLessThanOrEqual(2_000);
  });

  it('has names and addresses of their countries, some outside ASCII, and e-mail addresses of example domains', () => {
    const all = orders(5_000);
    for (const { customer, shipping_address } of all) {
      expect(customer.email).toMatch(/^[a-z\d]([a-z\d_.-]*[a-z\d])?@example\.(com|net|org)$/);
      const { street, city, postal_code } = shipping_address;
      for (const part of [customer.name, street, city, postal_code]) expect(part).toMatch(/\S/);
    }
    const japanese = all.filter(({ shipping_address }) => shipping_address.country === 'JP');
    expect(japanese.length).toBeGreaterThan(0);
    expect(japanese.every(({ customer }) => /\p{Script=Han}|\p{Script=Hiragana}/u.test(customer.name))).toBe(true);
    const british = all.filter(({ shipping_address }) => shipping_address.country === 'GB');
    expect(
      british.every(({ shipping_address }) => /^[A-Z]{1,2}\d \d[A-Z]{2}$/.test(shipping_address.postal_code)),
    ).toBe(true);
    expect(all.some(({ customer }) => /[äöüß]/.test(customer.name))).toBe(true);
  });

  it('has other customers for another seed', () => {
    const ids = (seed: number): string[] => orders(500, { seed }).map(({ customer }) => customer.customer_id);
    const known = new Set(ids(42));
    expect(ids(43).filter((id) => known.has(id))).toEqual([]);
  });

  it('can have several products even if only one is popular', () => {
    const lopsided = products.map((product, index) => ({ ...product, popularity: index === 3 ? 1 : 0 }));
    const sizes = orders(500, { catalogue: lopsided }).map(({ items }) => items.length);
    expect(Math.max(...sizes)).toBe(6);
  });

  it('has mostly a quantity of one, and popular products more often', () => {
    const items = orders(10_000).flatMap((order) => order.items);
    expect(items.filter(({ quantity }) => quantity === 1).length / items.length).toBeCloseTo(0.86, 1);
    const [best, ...others] = [...products].sort((one, other) => other.popularity - one.popularity);
    const sold = (sku?: string): number => items.filter((item) => item.sku === sku).length;
    for (const { sku } of others) expect(sold(best?.sku)).toBeGreaterThan(sold(sku));
  });

  it('returns orders that can be changed without an effect on later ones', () => {
    const spoiled = new OrderGenerator({ seed: 1, stream: 0, catalogue: products });
    for (let i = 0; i < 500; i++) {
      const order = spoiled.next();
      order.customer.name = order.shipping_address.city = 'spoiled';
      for (const item of order.items) item.name = 'spoiled';
    }
    expect(JSON.stringify(Array.from({ length: 500 }, () => spoiled.next()))).not.toContain('spoiled');
  });

  it('rejects an empty catalogue', () => {
    expect(() => orders(1, { catalogue: [] })).toThrow('got none');
  });
});
