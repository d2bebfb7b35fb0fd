import { orderState, type OrderFacts, type OrderState } from '@shop/contracts';
import type { ReadModelName } from '../keys.js';
import type { Snapshot } from '../snapshot.js';

/** Numbers by field. */
export type Counts = Map<string, number>;

/** What the processor's read models must show, from the streams alone. */
export function recompute(snapshot: Snapshot): Record<ReadModelName, Counts> {
  return { ordersByState: statesOf(snapshot), ...tally(snapshot) };
}

/** The same without the orders' states. */
export function tally({
  payments,
  updates,
  shipments,
}: Snapshot): Record<Exclude<ReadModelName, 'ordersByState'>, Counts> {
  const revenueByCurrency: Counts = new Map();
  const unitsSoldBySku: Counts = new Map();
  const stockBySku: Counts = new Map();
  const shipmentsByCarrier: Counts = new Map();
  for (const { isApproved, currency, amount } of payments) if (isApproved) add(revenueByCurrency, currency, amount);
  for (const { isSale, changes } of updates) {
    for (const { sku, change } of changes) {
      add(stockBySku, sku, change);
      if (isSale) add(unitsSoldBySku, sku, -change);
    }
  }
  for (const { carrier } of shipments) add(shipmentsByCarrier, carrier, 1);
  return { revenueByCurrency, unitsSoldBySku, stockBySku, shipmentsByCarrier };
}

function statesOf({ orders, payments, updates, shipments }: Snapshot): Counts {
  const known = new Map<string, OrderFacts>();
  for (const { orderId } of orders) known.set(orderId, {});
  const tell = (orderId: string | undefined, facts: OrderFacts): void => {
    const order = orderId === undefined ? undefined : known.get(orderId);
    if (order) Object.assign(order, facts);
  };
  for (const { orderId, isApproved } of payments) tell(orderId, { payment: isApproved ? 'approved' : 'declined' });
  for (const { orderId } of updates) tell(orderId, { sold: true });
  for (const { orderId } of shipments) tell(orderId, { shipped: true });
  const counts: Counts = new Map<OrderState, number>();
  for (const facts of known.values()) add(counts, orderState(facts), 1);
  return counts;
}

function add(counts: Counts, field: string, by: number): void {
  counts.set(field, (counts.get(field) ?? 0) + by);
}
