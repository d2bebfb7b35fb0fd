import { MAX_AMOUNT, MAX_PRICE, MAX_LINES, MAX_PIECES } from '@shop/contracts/facts';
import type { EntryOrigin, EventKind } from './event-kind.js';
import { itemsOf } from './items.js';
import { both, list, object, whole, type Check } from './shape.js';
import { address, currency, customer, name, sku, uuid } from './standards.js';

/** The parts of an `order_placed` that the laws need. Money is in the currency's minor unit. */
export interface OrderRecord extends EntryOrigin {
  orderId: string;
  amount: number;
  currency: string;
  /** See {@link itemsOf}. */
  items: string;
}

interface Payload {
  order_id: string;
  items: readonly { sku: string; quantity: number; unit_price: number }[];
  currency: string;
  total_amount: number;
}

const shape = object({
  order_id: uuid,
  customer,
  items: list(MAX_LINES, object({ sku, name, quantity: whole(1, MAX_PIECES), unit_price: whole(0, MAX_PRICE) })),
  currency,
  total_amount: whole(0, MAX_AMOUNT),
  shipping_address: address,
});

const eachSkuOnce: Check = (value) => {
  const { items } = value as Payload;
  return new Set(items.map((item) => item.sku)).size === items.length ? undefined : 'items must not name a sku twice';
};

const rightTotal: Check = (value) => {
  const { items, total_amount: amount } = value as Payload;
  const total = items.reduce((sum, { quantity, unit_price: price }) => sum + quantity * price, 0);
  if (amount === total) return undefined;
  return `total_amount must be the total of items, ${String(total)}, got ${String(amount)}`;
};

export const orderPlaced: EventKind<Payload, OrderRecord> = {
  stream: 'orders',
  type: 'order_placed',
  major: '1',
  source: 'order_service',
  problem: both(shape, both(eachSkuOnce, rightTotal)),
  record: ({ order_id: orderId, total_amount: amount, currency, items }, { id, isPoison }) => ({
    id,
    isPoison,
    orderId,
    amount,
    currency,
    items: itemsOf(items),
  }),
};
