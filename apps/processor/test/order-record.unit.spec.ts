import { describe, expect, it } from 'vitest';
import { stateOf, timelineOf, withFact, type OrderFact } from '../src/domain/order-record.js';

const step = (event_type: string, summary = {}): Record<string, string> => ({
  [event_type]: JSON.stringify({ event_type, summary }),
});
const placed = step('order_placed');
const approved = step('payment_processed', { status: 'approved' });
const sold = step('inventory_updated');
const shipped = step('shipment_created');

function factsOf(...facts: OrderFact[]): string | null {
  return facts.reduce<string | null>(withFact, null);
}

describe('stateOf', () => {
  it.each<[OrderFact[], string | undefined]>([
    [[], undefined],
    [['placed'], 'placed'],
    [['placed', 'approved'], 'paid'],
    [['placed', 'declined'], 'declined'],
    [['placed', 'approved', 'sold'], 'packed'],
    [['placed', 'approved', 'sold', 'shipped'], 'shipped'],
  ])('returns the state of an order: %j', (facts, state) => {
    expect(stateOf(factsOf(...facts))).toBe(state);
  });

  it('is that of the furthest step, in any order of the events', () => {
    expect(stateOf(factsOf('shipped', 'placed'))).toBe('shipped');
    expect(stateOf(factsOf('sold', 'placed', 'approved'))).toBe('packed');
  });

  it('is undefined until order_placed was processed', () => {
    expect(stateOf(factsOf('approved', 'sold', 'shipped'))).toBeUndefined();
  });
});

it('shows only what a customer needs, even if a record has more', () => {
  const [order, payment] = timelineOf({
    ...step('order_placed', { customer: 'Ada Lovelace', items: [], currency: 'EUR', total_amount: 0 }),
    ...step('payment_processed', {
      status: 'declined',
      decline_reason: 'insufficient_funds',
      email: 'ada@example.com',
    }),
  });
  expect(order?.summary).toEqual({ items: [], currency: 'EUR', total_amount: 0 });
  expect(payment?.summary).toEqual({ status: 'declined', decline_reason: 'insufficient_funds' });
});

it('shows the timeline in causal order', () => {
  const types = timelineOf({ ...shipped, ...sold, ...placed, ...approved }).map(({ event_type }) => event_type);
  expect(types).toEqual(['order_placed', 'payment_processed', 'inventory_updated', 'shipment_created']);
});
