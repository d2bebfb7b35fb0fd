import { itemsOf } from '../events/items.js';
import type { Snapshot } from '../snapshot.js';

/** The stock movement of an order. */
export interface Sale {
  /** The stream entry's id. */
  id: string;
  orderId: string;
  /** See {@link itemsOf}. */
  items: string;
}

/** The sales among the stock movements, in stream order. */
export function* salesOf({ updates }: Snapshot): Generator<Sale> {
  for (const { id, isSale, orderId, changes } of updates) {
    if (!isSale || orderId === undefined) continue;
    yield { id, orderId, items: itemsOf(changes.map(({ sku, change }) => ({ sku, quantity: -change }))) };
  }
}
