import { MAX_LINES, MAX_PIECES } from '@shop/contracts/facts';
import type { EntryOrigin, EventKind } from './event-kind.js';
import { itemsOf } from './items.js';
import { list, object, whole } from './shape.js';
import { address, name, sku, timestamp, uuid } from './standards.js';

/** The parts of a `shipment_created` that the laws need. */
export interface ShipmentRecord extends EntryOrigin {
  orderId: string;
  carrier: string;
  /** See {@link itemsOf}. */
  items: string;
}

interface Payload {
  order_id: string;
  carrier: string;
  items: readonly { sku: string; quantity: number }[];
}

export const shipmentCreated: EventKind<Payload, ShipmentRecord> = {
  stream: 'shipments',
  type: 'shipment_created',
  major: '1',
  source: 'shipping_service',
  problem: object({
    shipment_id: uuid,
    order_id: uuid,
    carrier: name,
    tracking_number: name,
    items: list(MAX_LINES, object({ sku, quantity: whole(1, MAX_PIECES) })),
    shipping_address: address,
    estimated_delivery: timestamp,
  }),
  record: ({ order_id: orderId, carrier, items }, { id, isPoison }) => ({
    id,
    isPoison,
    orderId,
    carrier,
    items: itemsOf(items),
  }),
};
