import { describe, expect, it, vi } from 'vitest';
import { checkSnapshot } from '../src/audit.js';
import { TestShop } from './test-shop.js';
import { validShop } from './valid-shop.js';

/** An import of the library, or of the packages that it validates with, fails before the first test. */
const { notHere } = vi.hoisted(() => ({
  notHere: (name: string) => () => {
    throw new Error(`The audit must not use ${name}`);
  },
}));
vi.mock('nestjs-event-streams', notHere('the library'));
vi.mock('nestjs-event-streams/text', notHere('the library'));
vi.mock('@shop/contracts', notHere('the event classes'));
vi.mock('class-validator', notHere('class-validator'));

const ITEMS = [{ sku: 'MUG-0001', quantity: 2 }];

/** Adds an entry that every group has acknowledged. @returns the problems of law 7 */
function handledByAll(happen: (shop: TestShop) => unknown): string {
  const shop = validShop();
  happen(shop);
  return (
    checkSnapshot(shop.snapshot())
      .laws.find(({ law }) => law === 7)
      ?.problems.join('\n') ?? ''
  );
}

describe('without the library', () => {
  it('the audit reports the laws as kept', () => {
    expect(checkSnapshot(validShop().snapshot()).kept).toBe(true);
  });

  it.each<[string, (shop: TestShop) => unknown]>([
    ['the fields event_id, event_type, timestamp', (shop) => shop.placeOrder(shop.uuid(), ITEMS, {}, { event_id: '' })],
    ['event_id as a UUID', (shop) => shop.placeOrder(shop.uuid(), ITEMS, {}, { event_id: 'é' })],
    ['data to be JSON', (shop) => shop.append('orders', '{')],
    ['data to be a JSON object', (shop) => shop.append('orders', '[]')],
    ['without a property called __proto__', (shop) => shop.append('orders', '{"__proto__":{}}')],
    ['of at most 100 levels', (shop) => shop.append('orders', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`)],
    ['items.0 must be an object, got a list of 0 items', (shop) => shop.placeOrder(shop.uuid(), [], { items: [[]] })],
    ['items must not name a sku twice', (shop) => shop.placeOrder(shop.uuid(), [...ITEMS, ...ITEMS])],
    ['toString has the name of a method', (shop) => shop.placeOrder(shop.uuid(), ITEMS, { toString: 1 })],
    ['method must be one of card', (shop) => shop.pay(shop.uuid(), ITEMS, { method: 'cowrie shells' })],
    ['from payment_service, got one from mallory', (shop) => shop.append('payments', {}, { source: 'mallory' })],
  ])('the audit finds an invalid entry that all groups have handled: %s', (why, happen) => {
    const said = handledByAll(happen);
    expect(said).toContain('not a dead letter of ecommerce_processors');
    expect(said).toContain(why);
  });
});
