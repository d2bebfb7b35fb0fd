/**
 * The processor's read models: their keys below `ecommerce:processor:`. The audit recomputes them from the streams.
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
  /** Hash: the events of one order. */
  order: (orderId: string) => `order:${orderId}`,
} as const;

/** The states of an order. */
export const ORDER_STATES = ['placed', 'declined', 'paid', 'packed', 'shipped'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** What has happened to an order so far, independent of the order in which its events came. */
export interface OrderFacts {
  payment?: 'approved' | 'declined' | undefined;
  sold?: boolean;
  shipped?: boolean;
}

/**
 * The state of an order: its furthest step counts, in whatever order the events came. The audit has its own copy of this rule, so that
 * it finds an error in this one.
 */
export function orderState({ payment, sold, shipped }: OrderFacts): OrderState {
  if (shipped) return 'shipped';
  if (sold) return 'packed';
  if (payment === 'declined') return 'declined';
  return payment === 'approved' ? 'paid' : 'placed';
}
