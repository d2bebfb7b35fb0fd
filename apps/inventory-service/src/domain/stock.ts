import type { InventoryUpdated, StockChange } from '@shop/contracts';

/** A quantity of one sku. */
export interface Line {
  sku: string;
  quantity: number;
}

/** When a sku is restocked (at or below `point`), and by how many pieces (`quantity`). */
export interface ReorderRule {
  point: number;
  quantity: number;
}

/** The stock movements of a sale: the updates in their order, and the levels after them. */
export interface StockMovement {
  updates: InventoryUpdated[];
  levels: Record<string, number>;
}

/**
 * Sells the lines of an order. A sku without enough stock is restocked before the sale, so that no level falls below 0. A sku that is
 * low after the sale is restocked then.
 *
 * @param levels the stock of each line's sku; 0 if missing
 */
export function sell(
  orderId: string,
  lines: readonly Line[],
  levels: ReadonlyMap<string, number>,
  reorder: ReorderRule,
): StockMovement {
  const now: Record<string, number> = Object.fromEntries(lines.map(({ sku }) => [sku, levels.get(sku) ?? 0]));
  const move = (sku: string, quantity_change: number): StockChange => {
    const stock_level = (now[sku] ?? 0) + quantity_change;
    now[sku] = stock_level;
    return { sku, quantity_change, stock_level };
  };
  const missing = lines
    .filter(({ sku, quantity }) => (now[sku] ?? 0) < quantity)
    .map(({ sku, quantity }) => move(sku, restockQuantity(quantity - (now[sku] ?? 0), reorder.quantity)));
  const sale = lines.map(({ sku, quantity }) => move(sku, -quantity));
  const low = lines.filter(({ sku }) => (now[sku] ?? 0) <= reorder.point).map(({ sku }) => move(sku, reorder.quantity));
  return {
    updates: [...restock(missing), { reason: 'sale', order_id: orderId, changes: sale }, ...restock(low)],
    levels: now,
  };
}

/** The pieces of as many whole restocks as are needed for at least `wanted` pieces. */
function restockQuantity(wanted: number, size: number): number {
  return Math.ceil(wanted / size) * size;
}

function restock(changes: StockChange[]): InventoryUpdated[] {
  return changes.length === 0 ? [] : [{ reason: 'restock', changes }];
}
