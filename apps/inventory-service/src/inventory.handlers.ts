import { Injectable } from '@nestjs/common';
import { InventoryUpdated, orderKey, OrderPlaced, PaymentProcessed, STOCK } from '@shop/contracts';
import { EventHandler, type Delivery, type EventEnvelope, type Transaction } from 'nestjs-event-streams';
import { InventoryConfiguration } from './configuration.js';
import { sell, type Line } from './domain/stock.js';

/**
 * Makes a sale of an order and its approved payment. The two events can come in either order: the first one is stored, and the handler
 * of the second one sells.
 */
@Injectable()
export class InventoryHandlers {
  constructor(private readonly config: InventoryConfiguration) {}

  @EventHandler(OrderPlaced)
  async onOrderPlaced({ data: order }: EventEnvelope<OrderPlaced>, { transaction }: Delivery): Promise<void> {
    const key = orderKey(order.order_id);
    const lines = order.items.map(({ sku, quantity }) => ({ sku, quantity }));
    const payment = await transaction.hget(key, 'payment');
    if (payment === null) transaction.hset(key, 'lines', JSON.stringify(lines));
    else await this.complete(order.order_id, lines, payment, transaction);
  }

  @EventHandler(PaymentProcessed)
  async onPaymentProcessed(
    { data: payment }: EventEnvelope<PaymentProcessed>,
    { transaction }: Delivery,
  ): Promise<void> {
    const key = orderKey(payment.order_id);
    const lines = await transaction.hget(key, 'lines');
    if (lines === null) transaction.hset(key, 'payment', payment.status);
    else await this.complete(payment.order_id, JSON.parse(lines) as Line[], payment.status, transaction);
  }

  /** Called with both events: sells if the payment was approved, and deletes what was stored. */
  private async complete(
    orderId: string,
    lines: readonly Line[],
    payment: string,
    transaction: Transaction,
  ): Promise<void> {
    transaction.del(orderKey(orderId));
    if (payment !== 'approved') return;
    const skus = lines.map(({ sku }) => sku);
    const stock = await transaction.hmget(STOCK, skus);
    const levels = new Map(skus.map((sku, index) => [sku, Number(stock[index] ?? 0)]));
    const { STOCK_REORDER_POINT: point, STOCK_REORDER_QUANTITY: quantity } = this.config;
    const movement = sell(orderId, lines, levels, { point, quantity });
    transaction.hset(STOCK, movement.levels);
    for (const update of movement.updates) transaction.publish(InventoryUpdated, update);
  }
}
