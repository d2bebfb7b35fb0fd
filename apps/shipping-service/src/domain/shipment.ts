import type { Address, InventoryUpdated, ShipmentCreated } from '@shop/contracts';
import { shipmentDetails } from '@shop/simulation';

/** What is to be shipped: a sale's goods, to the order's address. */
export interface Parcel {
  orderId: string;
  items: ShipmentCreated['items'];
  address: Address;
  /** Whose address it is; null where that was not kept. */
  customerId: string | null;
}

/** The goods that a sale took out of the stock. */
export function goodsOf(sale: InventoryUpdated): ShipmentCreated['items'] {
  return sale.changes.map(({ sku, quantity_change }) => ({ sku, quantity: -quantity_change }));
}

/** The shipment of a parcel; the seed and the order decide its carrier and tracking number. */
export function shipmentOf(
  { orderId, items, address }: Omit<Parcel, 'customerId'>,
  shipmentId: string,
  seed: number,
  shippedAt: Date,
): ShipmentCreated {
  const details = shipmentDetails({ seed, order_id: orderId, country: address.country, shippedAt });
  return { shipment_id: shipmentId, order_id: orderId, ...details, items, shipping_address: address };
}
