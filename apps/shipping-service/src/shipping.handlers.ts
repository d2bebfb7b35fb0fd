import { Injectable } from '@nestjs/common';
import { InventoryUpdated, orderKey, OrderPlaced, ShipmentCreated, type Address } from '@shop/contracts';
import { ForeseenState } from '@shop/service';
import { EventHandler, type Delivery, type EventEnvelope } from 'nestjs-event-streams';
import { ShippingConfiguration } from './configuration.js';
import { goodsOf, shipmentOf, type Parcel } from './domain/shipment.js';

/** An order that is never sold (its payment was declined) needs no address for longer than this. */
const KEEP_ADDRESS_MS = 7 * 24 * 3_600_000;

/**
 * An order and its sale become a shipment. The two events can come in either order: each handler keeps what it has
 * learnt, and the one that completes the pair ships.
 */
@Injectable()
export class ShippingHandlers {
  constructor(
    private readonly config: ShippingConfiguration,
    private readonly state: ForeseenState,
  ) {}

  @EventHandler(OrderPlaced)
  onOrderPlaced(
    { data: order, timestamp }: EventEnvelope<OrderPlaced>,
    delivery: Delivery,
  ): undefined | Promise<undefined> {
    const { order_id: orderId, shipping_address: address } = order;
    const { customer_id: customerId } = order.customer;
    const keepOrShip = ([items]: readonly (string | null)[]): undefined => {
      if (typeof items === 'string') {
        this.ship({ orderId, items: JSON.parse(items) as Parcel['items'], address, customerId }, timestamp, delivery);
        return;
      }
      this.state.set(delivery, orderKey(orderId), { address: JSON.stringify(address), customer: customerId });
      delivery.transaction.expire(orderKey(orderId), KEEP_ADDRESS_MS);
    };
    return this.state.rest(delivery, orderKey(orderId), ['items'], keepOrShip, { isNew: true });
  }

  @EventHandler(InventoryUpdated)
  onInventoryUpdated(
    { data: update, timestamp }: EventEnvelope<InventoryUpdated>,
    delivery: Delivery,
  ): undefined | Promise<undefined> {
    const { order_id: orderId } = update;
    if (update.reason !== 'sale' || orderId === undefined) return undefined;
    const items = goodsOf(update);
    return this.state.rest(delivery, orderKey(orderId), ['address', 'customer'], ([address, customerId = null]) => {
      if (typeof address === 'string') {
        this.ship({ orderId, items, address: JSON.parse(address) as Address, customerId }, timestamp, delivery);
      } else {
        this.state.set(delivery, orderKey(orderId), { items: JSON.stringify(items) });
      }
    });
  }

  /** Both events are there. The later one's time is the shipment's, so that a retry ships the same. */
  private ship(parcel: Parcel, timestamp: string, delivery: Delivery): void {
    const { transaction } = delivery;
    const shipment = shipmentOf(parcel, transaction.uuid('shipment'), this.config.SIMULATION_SEED, new Date(timestamp));
    transaction.publish(ShipmentCreated, shipment, { subject: parcel.customerId ?? parcel.orderId });
    this.state.delete(delivery, orderKey(parcel.orderId));
  }
}
