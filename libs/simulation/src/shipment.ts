import { carriersFor } from './carriers.js';
import { Random } from './random.js';

/** The input of a shipment's details. */
export interface ShipmentDetailsInput {
  seed: number;
  order_id: string;
  /** The destination, ISO 3166-1 alpha-2. */
  country: string;
  shippedAt: Date;
}

/** The carrier of a shipment, its tracking number and its delivery time. */
export interface ShipmentDetails {
  carrier: string;
  tracking_number: string;
  /** RFC 3339, UTC. */
  estimated_delivery: string;
}

const SUNDAY = 0;
const DELIVERED_BY_HOUR = 18;

/**
 * Carrier and tracking number of an order's shipment, and its delivery one to five days after `shippedAt`, but not on a Sunday. Always
 * the same for the same input.
 *
 * @throws RangeError for an invalid date
 */
export function shipmentDetails({ seed, order_id, country, shippedAt }: ShipmentDetailsInput): ShipmentDetails {
  if (Number.isNaN(shippedAt.getTime()))
    throw new RangeError('Expected shippedAt to be a valid date, got an invalid one.');
  const random = Random.of('shipment', seed, order_id);
  const carrier = carriersFor(country).pick(random);
  return {
    carrier: carrier.name,
    tracking_number: carrier.trackingNumber(random),
    estimated_delivery: deliveryAfter(shippedAt, random.int(carrier.minDays, carrier.maxDays)).toISOString(),
  };
}

function deliveryAfter(shippedAt: Date, days: number): Date {
  const delivery = new Date(shippedAt);
  delivery.setUTCDate(delivery.getUTCDate() + days);
  if (delivery.getUTCDay() === SUNDAY) delivery.setUTCDate(delivery.getUTCDate() + 1);
  delivery.setUTCHours(DELIVERED_BY_HOUR, 0, 0, 0);
  return delivery;
}
