import { MAX_LINES, MAX_STOCK } from '@shop/contracts/facts';
import type { EntryOrigin, EventKind } from './event-kind.js';
import { both, list, must, object, oneOf, optional, whole, type Check } from './shape.js';
import { sku, uuid } from './standards.js';

/** What the laws need of an `inventory_updated`. */
export interface UpdateRecord extends EntryOrigin {
  /** Only of a sale. */
  orderId: string | undefined;
  isSale: boolean;
  changes: readonly StockChange[];
}

/** What a stock movement does to one sku. */
export interface StockChange {
  sku: string;
  change: number;
  /** After the change, as the event says. */
  level: number;
}

interface Payload {
  order_id?: string;
  reason: 'sale' | 'restock';
  changes: readonly { sku: string; quantity_change: number; stock_level: number }[];
}

const shape = object({
  reason: oneOf('sale', 'restock'),
  order_id: optional(uuid),
  changes: list(
    MAX_LINES,
    object({
      sku,
      quantity_change: both(
        whole(-MAX_STOCK, MAX_STOCK),
        must('other than 0', (value) => value !== 0),
      ),
      // A level below 0 is one for law 5 to find: see whyRefused.
      stock_level: whole(-MAX_STOCK, MAX_STOCK),
    }),
  ),
});

const orderOfSale: Check = (value) => {
  const { reason, order_id: orderId } = value as Payload;
  return reason === 'sale' && orderId === undefined ? 'order_id must be there of a sale' : undefined;
};

export const inventoryUpdated: EventKind<Payload, UpdateRecord> = {
  stream: 'inventory',
  type: 'inventory_updated',
  major: '1',
  source: 'inventory_service',
  problem: both(shape, orderOfSale),
  record: ({ order_id: orderId, reason, changes }, { id, isPoison }) => ({
    id,
    isPoison,
    orderId: reason === 'sale' ? orderId : undefined,
    isSale: reason === 'sale',
    changes: changes.map(({ sku, quantity_change: change, stock_level: level }) => ({ sku, change, level })),
  }),
};

/** Why groups were right to refuse an update that law 5 finds wrong; undefined when they were not. */
export function whyRefused({ changes }: UpdateRecord): string | undefined {
  const below = changes.find(({ level }) => level < 0);
  return below && `stock_level of ${below.sku} must not be below 0, got ${String(below.level)}`;
}
