import type { OrderRecord } from '../events/order-placed.js';
import type { Snapshot } from '../snapshot.js';

/** Records by the order that they belong to, each list in stream order. */
export function byOrder<T extends { orderId: string }>(records: Iterable<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const record of records) {
    const group = groups.get(record.orderId);
    if (group) group.push(record);
    else groups.set(record.orderId, [record]);
  }
  return groups;
}

/** Which orders there are, and of which the laws 2 to 4 demand something. */
export interface OrderBook {
  /** The first `order_placed` of each order that is not poison. */
  orders: ReadonlyMap<string, OrderRecord>;
  /** Whether the order was injected as poison: nothing is demanded of what follows from it. */
  isExempt: (orderId: string) => boolean;
}

/** Makes the snapshot's orders findable. */
export function orderBook({ orders, rejected }: Snapshot): OrderBook {
  const genuine = new Map<string, OrderRecord>();
  const poison = new Set<string>();
  for (const order of orders) {
    if (order.isPoison) poison.add(order.orderId);
    else if (!genuine.has(order.orderId)) genuine.set(order.orderId, order);
  }
  for (const { isPoison, orderId } of rejected) if (isPoison && orderId !== undefined) poison.add(orderId);
  return { orders: genuine, isExempt: (orderId) => poison.has(orderId) && !genuine.has(orderId) };
}
