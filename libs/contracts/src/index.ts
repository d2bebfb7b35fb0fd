export { Address } from './address.js';
export {
  MAX_AMOUNT,
  MAX_PRICE,
  MAX_EMAIL_LENGTH,
  MAX_NAME_LENGTH,
  MAX_SKU_LENGTH,
  MAX_LINES,
  MAX_PIECES,
  MAX_STOCK,
} from './bounds.js';
export { EqualsTotalOf, totalOf } from './equals-total-of.js';
export { InventoryUpdated, StockChange, INVENTORY_REASONS, type InventoryReason } from './inventory-updated.js';
export { EVENTS } from './events.js';
export { DEFAULT_PREFIX, GROUPS, PREFIX_FORM, STREAMS, type StreamName } from './names.js';
export { Customer, OrderItem, OrderPlaced, OrderTerms } from './order-placed.js';
export {
  PaymentProcessed,
  PAYMENT_METHODS,
  PAYMENT_STATUSES,
  type PaymentMethod,
  type PaymentStatus,
} from './payment-processed.js';
export { ORDER_STATES, orderState, READ_MODELS, type OrderFacts, type OrderState } from './read-models.js';
export { ORDER_STATE, orderKey, SERVICES, STOCK, type ShopService } from './services.js';
export { ShipmentCreated, ShipmentItem } from './shipment-created.js';
