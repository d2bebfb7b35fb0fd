import type { OrderState } from '@shop/contracts/facts';
import type { ReadModelName } from '../keys.js';
import type { Snapshot } from '../snapshot.js';

/** Numbers by field. */
export type Counts = Map<string, number>;

/** What the processor's read models must show, computed from the streams only. */
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
  const states = new Map<string, OrderState>();
  const reach = (orderId: string | undefined, state: OrderState): void => {
    if (orderId !== undefined && states.has(orderId)) states.set(orderId, state);
  };
  for (const { orderId } of orders) states.set(orderId, 'placed');
  // The furthest step counts, so the steps are applied in their order, whatever the order of the events was. Of several payments, the
  // last one counts.
  for (const { orderId, isApproved } of payments) reach(orderId, isApproved ? 'paid' : 'declined');
  for (const { orderId } of updates) reach(orderId, 'packed');
  for (const { orderId } of shipments) reach(orderId, 'shipped');
  const counts: Counts = new Map<OrderState, number>();
  for (const state of states.values()) add(counts, state, 1);
  return counts;
}

function add(counts: Counts, field: string, by: number): void {
  counts.set(field, (counts.get(field) ?? 0) + by);
}
