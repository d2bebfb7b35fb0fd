import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, isFailing, OrderGenerator, poison, type Poison, Random } from '../src/index.js';

const products = catalogue(1, 10);

function poisons(seed: number, count = 40): Poison[] {
  const random = Random.of('poison', seed);
  const orders = new OrderGenerator({ seed, stream: 0, catalogue: products });
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? poison(random) : poison(random, orders.next()),
  );
}

describe('poison', () => {
  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(poisons(seed, 10)).toEqual(poisons(seed, 10));
      }),
      { numRuns: 30 },
    );
  });

  it('is malformed, invalid and failing, each about as often', () => {
    const all = poisons(42, 3_000);
    for (const kind of ['malformed', 'invalid', 'failing']) {
      expect(all.filter((message) => message.kind === kind).length / all.length).toBeCloseTo(1 / 3, 1);
    }
  });

  it('is not JSON when malformed', () => {
    for (const message of poisons(1, 500)) {
      if (message.kind !== 'malformed') continue;
      expect(() => JSON.parse(message.data) as unknown, message.data).toThrow(SyntaxError);
    }
  });

  it('violates the schema as its violation says when invalid', () => {
    const violations = new Map(
      poisons(1, 1_000).flatMap((each) => (each.kind === 'invalid' ? [[each.violation, each.data]] : [])),
    );
    expect(violations.size).toBe(10);
    expect(violations.get('order_id is not a UUID')).toMatchObject({ order_id: 'not-a-uuid' });
    expect(JSON.stringify(violations.get('customer is missing'))).not.toContain('customer');
    expect(violations.get('email is not an e-mail address')).toMatchObject({ customer: { email: 'nobody' } });
    expect(violations.get('items is empty')).toMatchObject({ items: [] });
    expect(JSON.stringify(violations.get('quantity is 0'))).toContain('"quantity":0');
    expect(JSON.stringify(violations.get('unit_price is negative'))).toContain('"unit_price":-1');
    expect(violations.get('currency is not an ISO 4217 code')).toMatchObject({ currency: 'EURO' });
    expect(violations.get('country is not an ISO 3166-1 code')).toMatchObject({
      shipping_address: { country: 'Atlantis' },
    });
  });

  it('is a valid order that is recognised when failing', () => {
    const failing = poisons(1, 200).flatMap((message) => (message.kind === 'failing' ? [message.order] : []));
    expect(failing.length).toBeGreaterThan(0);
    for (const order of failing) {
      expect(isFailing(order)).toBe(true);
      expect(order.total_amount).toBe(order.items.reduce((sum, item) => sum + item.quantity * item.unit_price, 0));
    }
  });

  it('does not include the orders of ordinary customers', () => {
    const orders = new OrderGenerator({ seed: 1, stream: 0, catalogue: products });
    for (let i = 0; i < 1_000; i++) expect(isFailing(orders.next())).toBe(false);
  });
});
