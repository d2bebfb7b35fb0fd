import type { InventoryUpdated, StockChange } from '@shop/contracts';

/** A quantity of one sku. */
export interface Line {
  sku: string;
  quantity: number;
}

/** When stock is filled up, and by how much. */
export interface ReorderRule {
  point: number;
  quantity: number;
}

/** What an order's sale does to the stock: the updates in their order, and the levels after them. */
export interface StockMovement {
  updates: InventoryUpdated[];
  levels: Record<string, number>;
}

/**
 * Sells an order's lines. What the stock lacks is restocked before the sale, so that a level never falls below 0; what
 * runs low by the sale is restocked after it.
 *
 * @param levels the stock of each line's sku; a missing one is 0
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
    .map(({ sku, quantity }) => move(sku, deliveries(quantity - (now[sku] ?? 0), reorder.quantity)));
  const sale = lines.map(({ sku, quantity }) => move(sku, -quantity));
  const low = lines.filter(({ sku }) => (now[sku] ?? 0) <= reorder.point).map(({ sku }) => move(sku, reorder.quantity));
  return {
    updates: [...restock(missing), { reason: 'sale', order_id: orderId, changes: sale }, ...restock(low)],
    levels: now,
  };
}

/** Whole deliveries that bring at least `wanted` pieces. */
function deliveries(wanted: number, size: number): number {
  return Math.ceil(wanted / size) * size;
}

function restock(changes: StockChange[]): InventoryUpdated[] {
  return changes.length === 0 ? [] : [{ reason: 'restock', changes }];
}
