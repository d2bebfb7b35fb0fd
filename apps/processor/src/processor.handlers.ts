import { Injectable } from '@nestjs/common';
import { InventoryUpdated, OrderPlaced, PaymentProcessed, READ_MODELS, ShipmentCreated } from '@shop/contracts';
import { EventHandler, type Delivery, type EventEnvelope } from 'nestjs-event-streams';
import { FACTS, stateOf, withFact, type OrderFact, type TimelineEvent } from './domain/order-record.js';

/** Updates the read models with every event of the shop. The events of an order can come in any order. */
@Injectable()
export class ProcessorHandlers {
  @EventHandler(OrderPlaced)
  async onOrderPlaced(event: EventEnvelope<OrderPlaced>, delivery: Delivery): Promise<void> {
    const { order_id, items, currency, total_amount } = event.data;
    const bought = items.map(({ sku, quantity }) => ({ sku, quantity }));
    // Without names, because read models are kept for ever and must not contain data that a customer can ask to erase.
    await this.advance(order_id, 'placed', event, delivery, { items: bought, currency, total_amount });
  }

  @EventHandler(PaymentProcessed)
  async onPaymentProcessed(event: EventEnvelope<PaymentProcessed>, delivery: Delivery): Promise<void> {
    const { order_id, amount, currency, method, status, decline_reason } = event.data;
    await this.advance(order_id, status, event, delivery, { status, amount, currency, method, decline_reason });
    if (status === 'approved') delivery.transaction.hincrby(READ_MODELS.revenueByCurrency, currency, amount);
  }

  @EventHandler(InventoryUpdated)
  async onInventoryUpdated(event: EventEnvelope<InventoryUpdated>, delivery: Delivery): Promise<void> {
    const { reason, order_id, changes } = event.data;
    if (order_id !== undefined) {
      const sold = changes.map(({ sku, quantity_change }) => ({ sku, quantity_change }));
      await this.advance(order_id, 'sold', event, delivery, { changes: sold });
    }
    for (const { sku, quantity_change } of changes) {
      // Adds changes instead of setting levels, so that the result is correct in any order of several processors.
      delivery.transaction.hincrby(READ_MODELS.stockBySku, sku, quantity_change);
      if (reason === 'sale') delivery.transaction.hincrby(READ_MODELS.unitsSoldBySku, sku, -quantity_change);
    }
  }

  @EventHandler(ShipmentCreated)
  async onShipmentCreated(event: EventEnvelope<ShipmentCreated>, delivery: Delivery): Promise<void> {
    const { order_id, carrier, tracking_number, estimated_delivery } = event.data;
    await this.advance(order_id, 'shipped', event, delivery, { carrier, tracking_number, estimated_delivery });
    delivery.transaction.hincrby(READ_MODELS.shipmentsByCarrier, carrier, 1);
  }

  /** Adds an event to its order's timeline, and moves the order to its new state in the counts. */
  private async advance(
    orderId: string,
    fact: OrderFact,
    event: EventEnvelope<object>,
    { transaction, stream, id }: Delivery,
    summary: Record<string, unknown>,
  ): Promise<void> {
    const { event_type, event_id, source, timestamp } = event;
    const step: TimelineEvent = { event_type, stream, entry_id: id, event_id, source, timestamp, summary };
    const key = READ_MODELS.order(orderId);
    const before = await transaction.hget(key, FACTS);
    const facts = withFact(before, fact);
    transaction.hset(key, { [FACTS]: facts, [event_type]: JSON.stringify(step) });
    const [left, reached] = [stateOf(before), stateOf(facts)];
    if (left === reached) return;
    if (left) transaction.hincrby(READ_MODELS.ordersByState, left, -1);
    if (reached) transaction.hincrby(READ_MODELS.ordersByState, reached, 1);
  }
}
