import { InventoryUpdated } from './inventory-updated.js';
import { OrderPlaced } from './order-placed.js';
import { PaymentProcessed } from './payment-processed.js';
import { ShipmentCreated } from './shipment-created.js';

/** Prefix of every key of the shop, unless `EVENTS_PREFIX` says otherwise. */
export const DEFAULT_PREFIX = 'ecommerce';

/** The shop's streams, without prefix, in the order in which an order goes through them. */
export const STREAMS = ['orders', 'payments', 'inventory', 'shipments'] as const;

/** The shop's event types, in the same order. */
export const EVENTS = [OrderPlaced, PaymentProcessed, InventoryUpdated, ShipmentCreated] as const;

/** The consumer groups, each of one app. */
export const GROUPS = {
  payment: 'payment_service',
  inventory: 'inventory_service',
  shipping: 'shipping_service',
  processor: 'ecommerce_processors',
} as const;
