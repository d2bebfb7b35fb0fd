import { Injectable } from '@nestjs/common';
import { InventoryUpdated, orderKey, OrderPlaced, ShipmentCreated, type Address } from '@shop/contracts';
import { EventHandler, type Delivery, type EventEnvelope, type Transaction } from 'nestjs-event-streams';
import { ShippingConfiguration } from './configuration.js';
import { goodsOf, shipmentOf, type Parcel } from './domain/shipment.js';

/** How long the address of an order is kept. An order whose payment was declined is never shipped. */
const KEEP_ADDRESS_MS = 7 * 24 * 3_600_000;

/**
 * Makes a shipment of an order and its sale. The two events can come in either order: the first one is stored, and the handler of the
 * second one ships.
 */
@Injectable()
export class ShippingHandlers {
  constructor(private readonly config: ShippingConfiguration) {}

  @EventHandler(OrderPlaced)
  async onOrderPlaced(
    { data: order, timestamp }: EventEnvelope<OrderPlaced>,
    { transaction }: Delivery,
  ): Promise<void> {
    const { order_id: orderId, shipping_address: address } = order;
    const { customer_id: customerId } = order.customer;
    const key = orderKey(orderId);
    const items = await transaction.hget(key, 'items');
    if (items === null) {
      transaction.hset(key, { address: JSON.stringify(address), customer: customerId }).expire(key, KEEP_ADDRESS_MS);
    } else {
      this.ship({ orderId, items: JSON.parse(items) as Parcel['items'], address, customerId }, timestamp, transaction);
    }
  }

  @EventHandler(InventoryUpdated)
  async onInventoryUpdated(
    { data: update, timestamp }: EventEnvelope<InventoryUpdated>,
    { transaction }: Delivery,
  ): Promise<void> {
    const { order_id: orderId } = update;
    if (update.reason !== 'sale' || orderId === undefined) return;
    const key = orderKey(orderId);
    const items = goodsOf(update);
    const [address, customerId = null] = await transaction.hmget(key, ['address', 'customer']);
    if (typeof address === 'string') {
      this.ship({ orderId, items, address: JSON.parse(address) as Address, customerId }, timestamp, transaction);
    } else {
      transaction.hset(key, 'items', JSON.stringify(items));
    }
  }

  /** Called with both events. The shipment has the time of the later one, so that a retry makes the same shipment. */
  private ship(parcel: Parcel, timestamp: string, transaction: Transaction): void {
    const shipment = shipmentOf(parcel, transaction.uuid('shipment'), this.config.SIMULATION_SEED, new Date(timestamp));
    transaction.publish(ShipmentCreated, shipment, { subject: parcel.customerId ?? parcel.orderId });
    transaction.del(orderKey(parcel.orderId));
  }
}
