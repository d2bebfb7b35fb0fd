/**
 * The processor's read models: names of its keys below `ecommerce:processor:`. The audit recomputes what they hold from the
 * streams.
 */
export const READ_MODELS = {
  /** Hash: state → number of orders in it. */
  ordersByState: 'orders_by_state',
  /** Hash: currency → revenue of approved payments, in the minor unit. */
  revenueByCurrency: 'revenue_by_currency',
  /** Hash: sku → units sold. */
  unitsSoldBySku: 'units_sold_by_sku',
  /** Hash: sku → stock. */
  stockBySku: 'stock_by_sku',
  /** Hash: carrier → shipments. */
  shipmentsByCarrier: 'shipments_by_carrier',
  /** Hash: what is known of one order. */
  order: (orderId: string) => `order:${orderId}`,
} as const;

/** How far an order is. */
export const ORDER_STATES = ['placed', 'declined', 'paid', 'packed', 'shipped'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** What is known of an order, whichever event came first. */
export interface OrderFacts {
  payment?: 'approved' | 'declined' | undefined;
  sold?: boolean;
  shipped?: boolean;
}

/**
 * How far an order is, from what is known of it: the furthest step counts, in whatever order the events came.
 * The audit has this rule a second time, so that a fault in this one shows.
 */
export function orderState({ payment, sold, shipped }: OrderFacts): OrderState {
  if (shipped) return 'shipped';
  if (sold) return 'packed';
  if (payment === 'declined') return 'declined';
  return payment === 'approved' ? 'paid' : 'placed';
}
