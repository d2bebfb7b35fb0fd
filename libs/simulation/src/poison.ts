import type { OrderDraft } from './order-draft.js';
import type { Random } from './random.js';

/** A `data` field that is not JSON. */
export interface MalformedPoison {
  kind: 'malformed';
  data: string;
}

/** An order that violates the schema of `order_placed`, and how. */
export interface InvalidPoison {
  kind: 'invalid';
  data: Record<string, unknown>;
  violation: string;
}

/** A valid order on which handlers fail every time: see `isFailing`. */
export interface FailingPoison {
  kind: 'failing';
  order: OrderDraft;
}

/** A message that must become a dead letter. */
export type Poison = MalformedPoison | InvalidPoison | FailingPoison;

const KINDS = ['malformed', 'invalid', 'failing'] as const;
const FAILING_NAME = 'Poison Always-Fails';

const VIOLATIONS: Readonly<Record<string, (order: OrderDraft) => Record<string, unknown>>> = {
  'order_id is not a UUID': () => ({ order_id: 'not-a-uuid' }),
  'customer is missing': () => ({ customer: undefined }),
  'email is not an e-mail address': ({ customer }) => ({ customer: { ...customer, email: 'nobody' } }),
  'items is empty': () => ({ items: [], total_amount: 0 }),
  'quantity is 0': ({ items }) => ({ items: items.map((item) => ({ ...item, quantity: 0 })), total_amount: 0 }),
  'unit_price is negative': ({ items }) => ({ items: items.map((item) => ({ ...item, unit_price: -1 })) }),
  'items names a sku twice': ({ items, total_amount }) => ({
    items: [...items, ...items],
    total_amount: 2 * total_amount,
  }),
  'total_amount is not the total': ({ total_amount }) => ({ total_amount: total_amount + 1 }),
  'currency is not an ISO 4217 code': () => ({ currency: 'EURO' }),
  'country is not an ISO 3166-1 code': (order) => ({
    shipping_address: { ...order.shipping_address, country: 'Atlantis' },
  }),
};

/** A poison message of a random kind. @param order the order that it is made from; must not be placed as well. @default a small order */
export function poison(random: Random, order = smallOrder(random)): Poison {
  const kind = random.pick(KINDS);
  switch (kind) {
    case 'malformed':
      return { kind, data: random.pick(notJson(order)) };
    case 'invalid': {
      const [violation, violate] = random.pick(Object.entries(VIOLATIONS));
      return { kind, data: { ...order, ...violate(order) }, violation };
    }
    case 'failing': {
      const customer = { customer_id: random.uuid(), name: FAILING_NAME, email: 'poison@example.com' };
      return { kind, order: { ...order, customer } };
    }
  }
}

/** Whether handlers must fail on this order. */
export function isFailing(order: { readonly customer: { readonly name: string } }): boolean {
  return order.customer.name === FAILING_NAME;
}

function notJson(order: OrderDraft): string[] {
  const json = JSON.stringify(order);
  return [
    json.slice(0, json.length / 2),
    json.replaceAll('"', "'"),
    `<order id="${order.order_id}"/>`,
    'undefined',
    '',
  ];
}

function smallOrder(random: Random): OrderDraft {
  return {
    order_id: random.uuid(),
    customer: { customer_id: random.uuid(), name: 'Pat Poison', email: 'pat@example.com' },
    items: [{ sku: 'POI-0001', name: 'Poison', quantity: 1, unit_price: 999 }],
    currency: 'EUR',
    total_amount: 999,
    shipping_address: { street: 'Giftweg 1', city: 'Berlin', postal_code: '10115', country: 'DE' },
  };
}
