import { deadLetterCauses, type DeadLetterCause } from './dead-letter-causes.js';
import { tally } from './laws/recompute.js';
import type { Snapshot } from './snapshot.js';

/** The shop in numbers. */
export interface AuditSummary {
  /** `placed`: different orders in the stream. `poison`: those that were injected. `unconfirmed`: those not recorded as accepted. */
  orders: { placed: number; accepted: number; poison: number; unconfirmed: number };
  payments: { approved: number; declined: number };
  sales: { count: number; units: number };
  restocks: { count: number; units: number };
  shipments: number;
  /** Approved payments by currency, in its minor unit. */
  revenue: Record<string, number>;
  /** The time from an order's entry to its shipment's, in milliseconds; null without shipments. */
  orderToShipmentMs: { p50: number; p99: number } | null;
  /** Shipped or declined orders per second, from the first order's entry to the last shipment's; null if there is no time between them. */
  ordersPerSecond: number | null;
  /** Entries that are not valid events. */
  rejected: number;
  deadLetters: DeadLetterCause[];
}

/** Counts the records of a snapshot. */
export function summarize(snapshot: Snapshot): AuditSummary {
  const { payments, updates, shipments, rejected, deadLetters } = snapshot;
  const approved = payments.filter(({ isApproved }) => isApproved).length;
  const sales = updates.filter(({ isSale }) => isSale);
  const restocks = updates.filter(({ isSale }) => !isSale);
  return {
    orders: ordersOf(snapshot),
    payments: { approved, declined: payments.length - approved },
    sales: { count: sales.length, units: 0 - unitsOf(sales) },
    restocks: { count: restocks.length, units: unitsOf(restocks) },
    shipments: shipments.length,
    revenue: Object.fromEntries(tally(snapshot).revenueByCurrency),
    orderToShipmentMs: orderToShipment(snapshot),
    ordersPerSecond: ordersPerSecond(snapshot),
    rejected: rejected.length,
    deadLetters: deadLetterCauses(deadLetters),
  };
}

function ordersOf({ orders, accepted }: Snapshot): AuditSummary['orders'] {
  const placed = new Set(orders.map(({ orderId }) => orderId));
  const poison = new Set(orders.filter(({ isPoison }) => isPoison).map(({ orderId }) => orderId));
  let unconfirmed = 0;
  for (const orderId of placed) if (!accepted.has(orderId) && !poison.has(orderId)) unconfirmed += 1;
  return { placed: placed.size, accepted: accepted.size, poison: poison.size, unconfirmed };
}

function unitsOf(updates: Snapshot['updates']): number {
  let units = 0;
  for (const { changes } of updates) for (const { change } of changes) units += change;
  return units;
}

function orderToShipment({ orders, shipments }: Snapshot): AuditSummary['orderToShipmentMs'] {
  const placedAt = new Map(orders.map(({ orderId, id }) => [orderId, timeOf(id)]));
  const durations = shipments
    .map(({ orderId, id }) => timeOf(id) - (placedAt.get(orderId) ?? Number.NaN))
    .filter((duration) => !Number.isNaN(duration))
    .sort((a, b) => a - b);
  if (durations.length === 0) return null;
  return { p50: percentile(durations, 0.5), p99: percentile(durations, 0.99) };
}

function ordersPerSecond({ orders, payments, shipments }: Snapshot): AuditSummary['ordersPerSecond'] {
  const [first, last] = [orders[0], shipments.at(-1)];
  if (!first || !last) return null;
  const declined = payments.filter(({ isApproved }) => !isApproved).length;
  const tookMs = timeOf(last.id) - timeOf(first.id);
  return tookMs > 0 ? ((shipments.length + declined) * 1000) / tookMs : null;
}

/** A percentile by the nearest-rank method. @param share 0 to 1 */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** When an entry was appended, by the server's clock: milliseconds since 1970. */
function timeOf(entryId: string): number {
  return Number(entryId.split('-', 1)[0]);
}
