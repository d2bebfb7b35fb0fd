import type { OrderRecord } from '../events/order-placed.js';
import type { Snapshot } from '../snapshot.js';

/** Records by the id of their order, each list in stream order. */
export function byOrder<T extends { orderId: string }>(records: Iterable<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const record of records) {
    const group = groups.get(record.orderId);
    if (group) group.push(record);
    else groups.set(record.orderId, [record]);
  }
  return groups;
}

/** The orders to which laws 2 to 4 apply. */
export interface OrderIndex {
  /** The first `order_placed` of each order that was not injected as poison, by order id. */
  orders: ReadonlyMap<string, OrderRecord>;
  /** Whether an order was injected as poison: the laws do not apply to the events that follow from it. */
  isExempt: (orderId: string) => boolean;
}

/** Indexes the snapshot's orders by id. */
export function indexOrders({ orders, rejected }: Snapshot): OrderIndex {
  const genuine = new Map<string, OrderRecord>();
  const poison = new Set<string>();
  for (const order of orders) {
    if (order.isPoison) poison.add(order.orderId);
    else if (!genuine.has(order.orderId)) genuine.set(order.orderId, order);
  }
  for (const { isPoison, orderId } of rejected) if (isPoison && orderId !== undefined) poison.add(orderId);
  return { orders: genuine, isExempt: (orderId) => poison.has(orderId) && !genuine.has(orderId) };
}
