export { Arrivals, type ArrivalsOptions, SIMULATION_START_MS } from './arrivals.js';
export { type GroupWork, roomFor } from './back-pressure.js';
export { catalogue, currencies, DEFAULT_CATALOGUE_SIZE, type Offer, offersIn, type Product } from './catalogue.js';
export { dailyFactor } from './daily-curve.js';
export {
  gatewayFails,
  gatewayLatencyMs,
  paymentDecision,
  type PaymentDecision,
  type PaymentDecisionInput,
  type PaymentMethod,
} from './gateway.js';
export type { AddressDraft, CustomerDraft, OrderDraft, OrderItemDraft } from './order-draft.js';
export { OrderGenerator, type OrderGeneratorOptions } from './orders.js';
export {
  type FailingPoison,
  type InvalidPoison,
  isFailing,
  type MalformedPoison,
  poison,
  type Poison,
} from './poison.js';
export { Random } from './random.js';
export { rateAt } from './rate.js';
export { shipmentDetails, type ShipmentDetails, type ShipmentDetailsInput } from './shipment.js';
