import type { Law } from './law.js';
import { acceptedOnce } from './law-1-accepted-once.js';
import { onePayment } from './law-2-one-payment.js';
import { oneSale } from './law-3-one-sale.js';
import { oneShipment } from './law-4-one-shipment.js';
import { stockFolds } from './law-5-stock-folds.js';
import { readModelsEqual } from './law-6-read-models-equal.js';
import { nothingPending } from './law-7-nothing-pending.js';

/** The laws of the shop, in their order. */
export const LAWS: readonly Law[] = [
  acceptedOnce,
  onePayment,
  oneSale,
  oneShipment,
  stockFolds,
  readModelsEqual,
  nothingPending,
];
