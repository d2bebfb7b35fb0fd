/**
 * Facts of the shop without its event classes: names, limits, and which app handles which stream. Nothing here imports the event
 * library, so that the audit can use it and stay independent of the library.
 */
export { MAX_AMOUNT, MAX_PRICE, MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, MAX_SKU_LENGTH, MAX_LINES, MAX_PIECES, MAX_STOCK } from './bounds.js'; // prettier-ignore
export { DEFAULT_PREFIX, GROUPS, STREAMS, type StreamName } from './names.js';
export { READ_MODELS, type OrderState } from './read-models.js';
export { ORDER_STATE, SERVICES, type ShopService } from './services.js';
