import { OrderPlaced } from '@shop/contracts';
import { validate } from 'nestjs-event-streams';
import { describe, expect, it } from 'vitest';
import { orderIdOf, orderOf, type PlaceOrder } from '../src/domain/place-order.js';

const request: PlaceOrder = {
  customer: { name: 'Ada', email: 'ada@example.com' },
  items: [
    { sku: 'A', name: 'a', quantity: 2, unit_price: 150 },
    { sku: 'B', name: 'b', quantity: 1, unit_price: 0 },
  ],
  currency: 'EUR',
  shipping_address: { street: 'Weg 1', city: 'Ulm', postal_code: '89073', country: 'DE' },
};

describe('orderOf', () => {
  it('is a valid order_placed with the total of its items', () => {
    const order = orderOf(request, orderIdOf('key'));
    expect(validate(OrderPlaced, order)).toMatchObject({ total_amount: 300 });
  });

  it('is the same for the same key, customer id included, and another for another key', () => {
    expect(orderOf(request, orderIdOf('key'))).toEqual(orderOf(request, orderIdOf('key')));
    expect(orderIdOf('key')).not.toBe(orderIdOf('other'));
  });

  it('keeps the id of a known customer', () => {
    const customer_id = '3f2b7c1e-6d52-4a7e-9f59-d0f2f0f6f1aa';
    const { items, currency, shipping_address } = request;
    const customer = { customer_id, name: 'Ada', email: 'ada@example.com' };
    expect(orderOf({ customer, items, currency, shipping_address }, orderIdOf('key')).customer.customer_id).toBe(
      customer_id,
    );
  });
});
