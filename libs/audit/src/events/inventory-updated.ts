import { MAX_LINES, MAX_STOCK } from '@shop/contracts/facts';
import type { EntryOrigin, EventKind } from './event-kind.js';
import { both, list, must, object, oneOf, optional, whole, type Check } from './shape.js';
import { sku, uuid } from './standards.js';

/** The parts of an `inventory_updated` that the laws need. */
export interface UpdateRecord extends EntryOrigin {
  /** Undefined for a restock. */
  orderId: string | undefined;
  isSale: boolean;
  changes: readonly StockChange[];
}

/** A change of one sku's stock. */
export interface StockChange {
  sku: string;
  change: number;
  /** The stock level after the change, as the event states it. */
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
      // Law 5 reports a level below 0: see whyRejected.
      stock_level: whole(-MAX_STOCK, MAX_STOCK),
    }),
  ),
});

const orderOfSale: Check = (value) => {
  const { reason, order_id: orderId } = value as Payload;
  return reason === 'sale' && orderId === undefined ? 'order_id must be given for a sale' : undefined;
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

/** Why groups reject an update that law 5 reports, too; undefined if they have no reason to. */
export function whyRejected({ changes }: UpdateRecord): string | undefined {
  const below = changes.find(({ level }) => level < 0);
  return below && `stock_level of ${below.sku} must not be below 0, got ${String(below.level)}`;
}
