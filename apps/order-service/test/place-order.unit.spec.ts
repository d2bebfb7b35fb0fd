import { OrderPlaced } from '@shop/contracts';
import { validate } from 'nestjs-event-streams/internal';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, orderOf, type PlaceOrder } from '../src/domain/place-order.js';

const request = {
  customer: { name: 'Ada', email: 'ada@example.com' },
  items: [
    { sku: 'A', name: 'a', quantity: 2, unit_price: 150 },
    { sku: 'B', name: 'b', quantity: 1, unit_price: 0 },
  ],
  currency: 'EUR',
  shipping_address: { street: 'Weg 1', city: 'Ulm', postal_code: '89073', country: 'DE' },
} satisfies PlaceOrder;

const ORDER_ID = '89d9168e-feaa-457d-bc91-32cb0328d305';

describe('orderOf', () => {
  it('is a valid order_placed with the total of its items', () => {
    const order = orderOf(request, ORDER_ID);
    expect(validate(OrderPlaced, order)).toMatchObject({ total_amount: 300 });
  });

  it('is the same for the same id, customer id included', () => {
    expect(orderOf(request, ORDER_ID)).toEqual(orderOf(request, ORDER_ID));
  });

  it('keeps the id of a known customer', () => {
    const customer_id = '3f2b7c1e-6d52-4a7e-9f59-d0f2f0f6f1aa';
    const { items, currency, shipping_address } = request;
    const customer = { customer_id, name: 'Ada', email: 'ada@example.com' };
    expect(orderOf({ customer, items, currency, shipping_address }, ORDER_ID).customer.customer_id).toBe(customer_id);
  });
});

describe('fingerprintOf', () => {
  it('is independent of the order of properties, and differs for another order', () => {
    const { items, customer, ...rest } = request;
    const turned = { ...rest, items: items.map(({ sku, ...item }) => ({ ...item, sku })), customer };
    expect(fingerprintOf(turned)).toBe(fingerprintOf(request));
    expect(fingerprintOf({ ...request, items: [...items].reverse() })).not.toBe(fingerprintOf(request));
    expect(fingerprintOf({ ...request, currency: 'USD' })).not.toBe(fingerprintOf(request));
    expect(fingerprintOf({ ...request, customer: { ...customer, name: 'Eve' } })).not.toBe(fingerprintOf(request));
  });
});
