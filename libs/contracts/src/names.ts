/** Prefix of every key of the shop, unless `EVENTS_PREFIX` says otherwise. */
export const DEFAULT_PREFIX = 'ecommerce';

/** What a prefix is made of. */
export const PREFIX_FORM = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** The shop's streams, without prefix, in the order in which an order goes through them. */
export const STREAMS = ['orders', 'payments', 'inventory', 'shipments'] as const;

/** A stream of the shop, without prefix. */
export type StreamName = (typeof STREAMS)[number];

/** The consumer groups, each of one app. */
export const GROUPS = {
  payment: 'payment_service',
  inventory: 'inventory_service',
  shipping: 'shipping_service',
  processor: 'ecommerce_processors',
} as const;
