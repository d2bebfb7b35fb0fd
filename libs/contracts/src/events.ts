import { InventoryUpdated } from './inventory-updated.js';
import { OrderPlaced } from './order-placed.js';
import { PaymentProcessed } from './payment-processed.js';
import { ShipmentCreated } from './shipment-created.js';

/** The shop's event types, in the order in which an order goes through them. */
export const EVENTS = [OrderPlaced, PaymentProcessed, InventoryUpdated, ShipmentCreated] as const;
