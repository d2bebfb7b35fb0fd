import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSnapshot, type AuditReport } from '../src/audit.js';
import { TestShop, type Line } from './test-shop.js';
import { validShop } from './valid-shop.js';

const ITEMS: Line[] = [
  { sku: 'MUG-0001', quantity: 2 },
  { sku: 'LMP-0007', quantity: 1 },
];
const OTHER_ITEMS: Line[] = [{ sku: 'PEN-0042', quantity: 1 }];

/** The laws that are broken, with their problems. */
function brokenLaws({ laws }: AuditReport): Record<number, string[]> {
  return Object.fromEntries(
    laws.filter(({ problems }) => problems.length > 0).map(({ law, problems }) => [law, problems]),
  );
}

/** Breaks a law in a valid shop. @returns texts that the problem must contain */
type Breach = (shop: TestShop) => string[];

const BREACHES: Record<number, Record<string, Breach>> = {
  1: {
    'an accepted order is missing': (shop) => {
      const orderId = shop.uuid();
      shop.accepted.add(orderId);
      return [orderId, 'nothing'];
    },
    'an order is in the stream twice': (shop) => {
      const orderId = shop.completeOrder(ITEMS);
      const { id } = shop.placeOrder(orderId, ITEMS);
      return [orderId, '2 times', id];
    },
    'the entry of an accepted order is not valid': (shop) => {
      const orderId = shop.uuid();
      const { id } = shop.addInvalid('orders', { order_id: orderId });
      shop.accepted.add(orderId);
      return [orderId, id, 'not valid', 'customer must be an object'];
    },
    'the entry of an accepted order cannot be decoded': (shop) => {
      const orderId = shop.uuid();
      const { id } = shop.addInvalid('orders', '[]', { partition_key: orderId });
      shop.accepted.add(orderId);
      return [orderId, id, 'JSON object'];
    },
    ...Object.fromEntries(
      [
        ['"number":9007199254740993', 'it would be rounded'],
        ['"number":1e400', 'it would be Infinity'],
        ['"constructor":1', 'without a property called constructor'],
      ].map(([more = '', why = '']): [string, Breach] => [
        `the payload of an accepted order exceeds a limit: ${more}`,
        (shop) => {
          const orderId = shop.uuid();
          const { fields } = shop.placeOrder(orderId, ITEMS);
          shop.streams.orders.pop();
          const data = String(fields[fields.indexOf('data') + 1]).replace('{', `{${more},`);
          const { id } = shop.addInvalid('orders', data, { partition_key: orderId });
          shop.accepted.add(orderId);
          return [orderId, id, why];
        },
      ]),
    ),
  },
  2: {
    'an order has no payment': (shop) => [shop.order(ITEMS), 'no payment'],
    'the payment is a dead letter': (shop) => {
      const orderId = shop.order(ITEMS);
      const entry = shop.streams.orders.at(-1);
      if (entry) shop.addDeadLetter('orders', entry, 'payment_service');
      return [orderId, 'no payment', 'dead letter of payment_service', 'GatewayError: the gateway is down'];
    },
    'an order is paid twice': (shop) => {
      const orderId = shop.completeOrder(ITEMS);
      return [orderId, '2 payments', shop.pay(orderId, ITEMS).id];
    },
    'an order is declined twice': (shop) => {
      const orderId = shop.declinedOrder(ITEMS);
      return [orderId, '2 payments', shop.pay(orderId, ITEMS, { status: 'declined', decline_reason: 'again' }).id];
    },
    'the amount is wrong': (shop) => {
      const orderId = shop.order(ITEMS);
      const { id } = shop.pay(orderId, ITEMS, { status: 'declined', decline_reason: 'no funds', amount: 749 });
      shop.move('placed', 'declined');
      return [orderId, id, '749 EUR', '750 EUR'];
    },
    'the currency is wrong': (shop) => {
      const orderId = shop.order(ITEMS);
      const { id } = shop.pay(orderId, ITEMS, { status: 'declined', decline_reason: 'no funds', currency: 'USD' });
      shop.move('placed', 'declined');
      return [orderId, id, '750 USD', '750 EUR'];
    },
    'a payment belongs to no order': (shop) => {
      const orderId = shop.uuid();
      return [orderId, shop.pay(orderId, ITEMS, { status: 'declined', decline_reason: 'no funds' }).id];
    },
  },
  3: {
    'a paid order has no sale': (shop) => {
      const orderId = shop.order(ITEMS);
      const { id } = shop.pay(orderId, ITEMS);
      shop.move('placed', 'paid');
      return [orderId, id, 'no sale'];
    },
    'the sale is a dead letter': (shop) => {
      const orderId = shop.order(ITEMS);
      shop.addDeadLetter('payments', shop.pay(orderId, ITEMS), 'inventory_service', { error_message: 'no such sku' });
      shop.move('placed', 'paid');
      return [orderId, 'no sale', 'dead letter of inventory_service', 'no such sku'];
    },
    'the order that the sale needs is a dead letter': (shop) => {
      const orderId = shop.order(ITEMS);
      const entry = shop.streams.orders.at(-1);
      if (entry) shop.addDeadLetter('orders', entry, 'inventory_service');
      shop.pay(orderId, ITEMS);
      shop.move('placed', 'paid');
      return [orderId, 'no sale', 'of orders is a dead letter of inventory_service'];
    },
    'a declined order is sold': (shop) => {
      const orderId = shop.declinedOrder(ITEMS);
      const { id } = shop.sell(orderId, ITEMS);
      shop.ship(orderId, ITEMS);
      shop.move('declined', 'shipped');
      return [orderId, id, 'declined'];
    },
    'an order is sold twice': (shop) => {
      const orderId = shop.completeOrder(ITEMS);
      return [orderId, '2 sales', shop.sell(orderId, ITEMS).id];
    },
    'the sale is of other items': (shop) => {
      const orderId = shop.order(ITEMS);
      shop.pay(orderId, ITEMS);
      const { id } = shop.sell(orderId, OTHER_ITEMS);
      shop.ship(orderId, OTHER_ITEMS);
      shop.move('placed', 'shipped');
      return [orderId, id, 'PEN-0042 × 1', 'LMP-0007 × 1, MUG-0001 × 2'];
    },
    'the sale is of fewer items': (shop) => {
      const orderId = shop.order(ITEMS);
      shop.pay(orderId, ITEMS);
      const { id } = shop.sell(orderId, ITEMS.slice(0, 1));
      shop.ship(orderId, ITEMS.slice(0, 1));
      shop.move('placed', 'shipped');
      return [orderId, id, 'of MUG-0001 × 2,', 'LMP-0007 × 1, MUG-0001 × 2'];
    },
    'a paid order has no sale, and a poison entry has its id': (shop) => {
      const orderId = shop.order(ITEMS);
      shop.pay(orderId, ITEMS);
      shop.move('placed', 'paid');
      shop.poison.add(shop.addInvalid('orders', { order_id: orderId }).eventId);
      return [orderId, 'no sale'];
    },
    'a sale belongs to no payment': (shop) => {
      const orderId = shop.uuid();
      const { id } = shop.sell(orderId, ITEMS);
      shop.ship(orderId, ITEMS);
      return [orderId, id, 'no payment'];
    },
  },
  4: {
    'a sale has no shipment': (shop) => {
      const orderId = shop.order(ITEMS);
      shop.pay(orderId, ITEMS);
      const { id } = shop.sell(orderId, ITEMS);
      shop.move('placed', 'packed');
      return [orderId, id, 'no shipment'];
    },
    'the shipment is a dead letter': (shop) => {
      const orderId = shop.order(ITEMS);
      shop.pay(orderId, ITEMS);
      shop.addDeadLetter('inventory', shop.sell(orderId, ITEMS), 'shipping_service');
      shop.move('placed', 'packed');
      return [orderId, 'no shipment', 'dead letter of shipping_service'];
    },
    'an order is shipped twice': (shop) => {
      const orderId = shop.completeOrder(ITEMS);
      return [orderId, '2 shipments', shop.ship(orderId, ITEMS).id];
    },
    'the shipment is of other items': (shop) => {
      const orderId = shop.order(ITEMS);
      shop.pay(orderId, ITEMS);
      shop.sell(orderId, ITEMS);
      const { id } = shop.ship(orderId, OTHER_ITEMS);
      shop.move('placed', 'shipped');
      return [orderId, id, 'PEN-0042 × 1', 'LMP-0007 × 1, MUG-0001 × 2'];
    },
    'a shipment belongs to no sale': (shop) => {
      const orderId = shop.uuid();
      return [orderId, shop.ship(orderId, ITEMS).id, 'but no sale'];
    },
  },
  5: {
    'a stock level is wrong': (shop) => {
      const orderId = shop.order(OTHER_ITEMS);
      shop.pay(orderId, OTHER_ITEMS);
      const { id } = shop.sell(orderId, OTHER_ITEMS, 1);
      shop.ship(orderId, OTHER_ITEMS);
      shop.move('placed', 'shipped');
      shop.completeOrder(OTHER_ITEMS);
      return [id, 'PEN-0042 at 200', 'is 199'];
    },
    'a change is lost': (shop) => {
      shop.restock('PEN-0042', 7);
      shop.streams.inventory.pop();
      shop.count('stockBySku', 'PEN-0042', -7);
      shop.completeOrder(OTHER_ITEMS);
      shop.completeOrder(OTHER_ITEMS);
      return ['PEN-0042 at 206', 'is 199'];
    },
    'changes are in the wrong order': (shop) => {
      shop.restock('PEN-0042', 1);
      shop.restock('PEN-0042', 2);
      shop.streams.inventory.push(...shop.streams.inventory.splice(-2).reverse());
      return ['PEN-0042 at 203', 'is 202'];
    },
    'more is sold than there is': (shop) => {
      const items = [{ sku: 'PEN-0042', quantity: 203 }];
      shop.completeOrder(items);
      return ['PEN-0042 at -3, below 0', shop.streams.inventory.at(-1)?.id ?? ''];
    },
    'an entry that every group has rejected states a level below 0': (shop) => {
      const changes = [{ sku: 'PEN-0042', quantity_change: -1, stock_level: -1 }];
      return ['PEN-0042 at -1, below 0', shop.addInvalid('inventory', { reason: 'restock', changes }).id];
    },
  },
  6: {
    'orders_by_state is wrong': (shop) => {
      shop.move('shipped', 'packed');
      return ['ecommerce:processor:orders_by_state', 'shipped at', 'packed at 1, the recomputation gives 0'];
    },
    'revenue_by_currency misses a currency': (shop) => {
      shop.readModels.revenueByCurrency.delete('EUR');
      return ['ecommerce:processor:revenue_by_currency', 'EUR at 0, the recomputation gives'];
    },
    'units_sold_by_sku has a sku that was not sold': (shop) => {
      shop.count('unitsSoldBySku', 'CAP-0001', 3);
      return ['ecommerce:processor:units_sold_by_sku', 'CAP-0001 at 3, the recomputation gives 0'];
    },
    'stock_by_sku holds no number': (shop) => {
      shop.readModels.stockBySku.set('PEN-0042', 'plenty');
      return ['ecommerce:processor:stock_by_sku', 'PEN-0042 at plenty, the recomputation gives 200'];
    },
    'stock_by_sku holds an empty text': (shop) => {
      shop.readModels.stockBySku.set('CAP-0001', '');
      return ['ecommerce:processor:stock_by_sku', 'CAP-0001 at , the recomputation gives 0'];
    },
    'a shipment is counted twice': (shop) => {
      shop.count('shipmentsByCarrier', 'Parcel Force', 1);
      return ['ecommerce:processor:shipments_by_carrier'];
    },
    'an event is a dead letter of the processor': (shop) => {
      shop.completeOrder(ITEMS);
      const entry = shop.streams.shipments.at(-1);
      if (entry) shop.addDeadLetter('shipments', entry, 'ecommerce_processors');
      shop.count('shipmentsByCarrier', 'Parcel Force', -1);
      return [`entry ${entry?.id ?? ''} of shipments is a dead letter of ecommerce_processors`, 'GatewayError'];
    },
    'a valid poison order is not counted': (shop) => {
      shop.count('ordersByState', 'placed', -1);
      return ['placed at 0, the recomputation gives 1'];
    },
  },
  7: {
    'an entry is pending': (shop) => {
      shop.leave('payments', 'inventory_service', { pending: 12 });
      shop.pendingIds.set('ecommerce:payments inventory_service', ['5-0', '6-0']);
      return ['inventory_service has 12 pending of ecommerce:payments: 5-0, 6-0, …'];
    },
    'a pending entry was settled before its id was read': (shop) => {
      shop.leave('payments', 'inventory_service', { pending: 1 });
      return ['inventory_service has 1 pending of ecommerce:payments'];
    },
    'entries are not delivered': (shop) => {
      shop.leave('orders', 'ecommerce_processors', { lag: 3 });
      return ['3 entries of ecommerce:orders were not delivered to ecommerce_processors'];
    },
    'entries are not delivered, and Redis does not know how many': (shop) => {
      shop.leave('orders', 'ecommerce_processors', { lag: null });
      return ['some entries of ecommerce:orders were not delivered to ecommerce_processors'];
    },
    'a group is missing': (shop) => {
      shop.groups.inventory = shop.groups.inventory.filter(({ name }) => name !== 'shipping_service');
      return ['ecommerce:inventory has no group shipping_service'];
    },
    ...Object.fromEntries(
      ['reason', 'error_name', 'error_message'].map((field): [string, Breach] => [
        `a dead letter has no ${field}`,
        (shop) => {
          const entry = shop.streams.orders[0];
          return entry
            ? [shop.addDeadLetter('orders', entry, 'shipping_service', { [field]: '' }).id, entry.id, 'its cause']
            : ['?'];
        },
      ]),
    ),
    'an invalid entry is not a dead letter of one of the groups': (shop) => {
      const { id } = shop.addInvalid('orders', { order_id: 'x' });
      shop.deadLetters.orders = shop.deadLetters.orders.filter(
        ({ fields }) => !(fields.includes(id) && fields.includes('inventory_service')),
      );
      return [id, 'not a dead letter of inventory_service', 'order_id must be a UUID'];
    },
    'an entry that exceeds a limit is no dead letter': (shop) => {
      const { fields } = shop.placeOrder(shop.uuid(), ITEMS);
      shop.streams.orders.pop();
      const data = String(fields[fields.indexOf('data') + 1]).replace('{', '{"number":1e400,');
      return [shop.append('orders', data).id, 'not a dead letter of payment_service', 'it would be Infinity'];
    },
    'an injected entry that only the schema rejects is no dead letter': (shop) => {
      const address = { street: 'Deep Road', city: 'Poseidonis', postal_code: '1', country: 'Atlantis' };
      const { id, eventId } = shop.placeOrder(shop.uuid(), ITEMS, { shipping_address: address });
      shop.poison.add(eventId);
      return [id, 'not a dead letter of shipping_service', 'shipping_address.country'];
    },
    'an order whose total is not that of its items is no dead letter': (shop) => {
      const { id } = shop.placeOrder(shop.uuid(), ITEMS, { total_amount: 1 });
      return [id, 'not a dead letter of payment_service', 'total_amount must be the total of items, 750, got 1'];
    },
    'an event of another type is no dead letter': (shop) => {
      const { id } = shop.append('payments', {}, { event_type: 'payment_refunded' });
      return [id, 'not a dead letter of ecommerce_processors', 'got payment_refunded of version 1.0'];
    },
    'an event of another version is no dead letter': (shop) => {
      const { id } = shop.append('shipments', {}, { version: '2.0' });
      return [id, 'of version 1.x, got shipment_created of version 2.0'];
    },
  },
};

describe('the laws', () => {
  it('are kept in a valid shop', () => {
    const report = checkSnapshot(validShop().snapshot());
    expect(brokenLaws(report)).toEqual({});
    expect(report).toMatchObject({ kept: true, quiet: true });
    for (const { checked } of report.laws) expect(checked).toBeGreaterThan(0);
  });

  it.each([
    ['has no groups yet', []],
    ['is empty', undefined],
  ])('are kept in a shop that %s', (_name, groups) => {
    const shop = new TestShop();
    const { streams, ...rest } = shop.snapshot();
    const report = checkSnapshot({
      ...rest,
      streams: streams.map((look) => ({ ...look, groups: groups ?? look.groups })),
    });
    expect(brokenLaws(report)).toEqual({});
    expect(report.kept).toBe(true);
  });

  it('are kept in any order of the events of different orders', () => {
    const line = fc.record({
      sku: fc.constantFrom('MUG-0001', 'LMP-0007', 'PEN-0042'),
      quantity: fc.integer({ min: 1, max: 5 }),
    });
    const items = fc.uniqueArray(line, { minLength: 1, maxLength: 3, selector: ({ sku }) => sku });
    const step = fc.constantFrom('ship', 'decline', 'restock');
    fc.assert(
      fc.property(fc.array(fc.tuple(step, items), { maxLength: 40 }), (steps) => {
        const shop = validShop(0);
        for (const [kind, lines] of steps) {
          if (kind === 'ship') shop.completeOrder(lines);
          else if (kind === 'decline') shop.declinedOrder(lines);
          for (const { sku, quantity } of kind === 'restock' ? lines : []) shop.restock(sku, quantity);
        }
        expect(brokenLaws(checkSnapshot(shop.snapshot()))).toEqual({});
      }),
      { numRuns: 100 },
    );
  });
});

for (const [law, breaches] of Object.entries(BREACHES)) {
  describe(`law ${law} alone is broken when`, () => {
    it.each(Object.entries(breaches))('%s', (_name, breach) => {
      const shop = validShop();
      const named = breach(shop);
      const report = checkSnapshot(shop.snapshot());
      const broken = brokenLaws(report);
      expect(Object.keys(broken), JSON.stringify(broken)).toEqual([law]);
      const text = (broken[Number(law)] ?? []).join('\n');
      for (const part of named) expect(text).toContain(part);
      expect(report.kept).toBe(false);
    });
  });
}

describe('no law is broken when', () => {
  const kept: Record<string, (shop: TestShop) => void> = {
    'a dead letter that was not injected names its cause': (shop) => {
      shop.addInvalid('shipments', { order_id: 'x' });
    },
    'an injected dead letter does not name its cause': (shop) => {
      const entry = shop.append('orders', 'x');
      shop.poison.add(entry.eventId);
      for (const group of ['payment_service', 'inventory_service', 'shipping_service', 'ecommerce_processors']) {
        shop.addDeadLetter('orders', entry, group, { reason: '', error_name: '', error_message: '' });
      }
    },
    'a poison order was paid': (shop) => {
      const orderId = shop.uuid();
      shop.poison.add(shop.placeOrder(orderId, ITEMS).eventId);
      shop.pay(orderId, ITEMS);
      shop.count('ordersByState', 'paid', 1);
    },
    'a poison order was paid and sold, and not shipped': (shop) => {
      const orderId = shop.uuid();
      shop.poison.add(shop.placeOrder(orderId, ITEMS).eventId);
      shop.pay(orderId, ITEMS);
      shop.sell(orderId, ITEMS);
      shop.count('ordersByState', 'packed', 1);
    },
    'a poison order was shipped and nothing else': (shop) => {
      const orderId = shop.uuid();
      shop.poison.add(shop.placeOrder(orderId, ITEMS).eventId);
      shop.ship(orderId, ITEMS);
      shop.count('ordersByState', 'shipped', 1);
    },
    'an order was placed but never confirmed': (shop) => {
      const orderId = shop.completeOrder(ITEMS);
      shop.accepted.delete(orderId);
    },
    'a read model holds 0 for something that is not in the streams': (shop) => {
      shop.readModels.ordersByState.set('packed', '0');
    },
    'an event is of a later minor version': (shop) => {
      shop.append(
        'inventory',
        { reason: 'restock', changes: [{ sku: 'CAP-0001', quantity_change: 1, stock_level: 1 }] },
        { version: '1.7' },
      );
      shop.count('stockBySku', 'CAP-0001', 1);
    },
    'an entry was rejected for a reason that only the schema sees': (shop) => {
      shop.addInvalid('payments', {
        payment_id: shop.uuid(),
        order_id: shop.uuid(),
        amount: 1,
        currency: 'EUR',
        method: 'cowrie shells',
        status: 'approved',
      });
    },
  };
  it.each(Object.entries(kept))('%s', (_name, happen) => {
    const shop = validShop();
    happen(shop);
    expect(brokenLaws(checkSnapshot(shop.snapshot()))).toEqual({});
  });
});

it('a lost stock change is one problem, even if many sales follow', () => {
  const shop = validShop();
  shop.restock('PEN-0042', 7);
  shop.streams.inventory.pop();
  shop.count('stockBySku', 'PEN-0042', -7);
  for (let count = 0; count < 5; count += 1) shop.completeOrder(OTHER_ITEMS);
  expect(brokenLaws(checkSnapshot(shop.snapshot()))[5]).toHaveLength(1);
});
