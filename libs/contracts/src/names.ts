/** The prefix of all keys of the shop, unless `EVENTS_PREFIX` is set. */
export const DEFAULT_PREFIX = 'ecommerce';

/** The form of a prefix. */
export const PREFIX_FORM = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The shop's streams, without prefix, in the order in which an order goes through them. */
export const STREAMS = ['orders', 'payments', 'inventory', 'shipments'] as const;

/** A stream of the shop, without prefix. */
export type StreamName = (typeof STREAMS)[number];

/** The consumer groups. Each belongs to one app. */
export const GROUPS = {
  payment: 'payment_service',
  inventory: 'inventory_service',
  shipping: 'shipping_service',
  processor: 'ecommerce_processors',
} as const;
