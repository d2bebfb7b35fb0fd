import type { Address, InventoryUpdated, ShipmentCreated } from '@shop/contracts';
import { shipmentDetails } from '@shop/simulation';

/** A parcel: the goods of a sale, and the address of its order. */
export interface Parcel {
  orderId: string;
  items: ShipmentCreated['items'];
  address: Address;
  /** The customer of the address; null if it was not stored. */
  customerId: string | null;
}

/** The goods of a sale. */
export function goodsOf(sale: InventoryUpdated): ShipmentCreated['items'] {
  return sale.changes.map(({ sku, quantity_change }) => ({ sku, quantity: -quantity_change }));
}

/** The shipment of a parcel. Seed and order determine its carrier and tracking number. */
export function shipmentOf(
  { orderId, items, address }: Omit<Parcel, 'customerId'>,
  shipmentId: string,
  seed: number,
  shippedAt: Date,
): ShipmentCreated {
  const details = shipmentDetails({ seed, order_id: orderId, country: address.country, shippedAt });
  return { shipment_id: shipmentId, order_id: orderId, ...details, items, shipping_address: address };
}
