import { Injectable } from '@nestjs/common';
import { InventoryUpdated, orderKey, OrderPlaced, PaymentProcessed, STOCK } from '@shop/contracts';
import { ForeseenState } from '@shop/service';
import { EventHandler, type Delivery, type EventEnvelope } from 'nestjs-event-streams';
import { InventoryConfiguration } from './configuration.js';
import { sell, type Line } from './domain/stock.js';

/**
 * An order and its approved payment become a sale. The two events can come in either order: each handler keeps what it
 * has learnt, and the one that completes the pair sells.
 */
@Injectable()
export class InventoryHandlers {
  constructor(
    private readonly config: InventoryConfiguration,
    private readonly state: ForeseenState,
  ) {}

  @EventHandler(OrderPlaced)
  onOrderPlaced({ data: order }: EventEnvelope<OrderPlaced>, delivery: Delivery): undefined | Promise<undefined> {
    const key = orderKey(order.order_id);
    const lines = order.items.map(({ sku, quantity }) => ({ sku, quantity }));
    const keepOrSell = ([payment]: readonly (string | null)[]): undefined | Promise<undefined> => {
      if (typeof payment === 'string') return this.complete(order.order_id, lines, payment, delivery);
      this.state.set(delivery, key, { lines: JSON.stringify(lines) });
      return undefined;
    };
    return this.state.rest(delivery, key, ['payment'], keepOrSell, { isNew: true });
  }

  @EventHandler(PaymentProcessed)
  onPaymentProcessed(
    { data: payment }: EventEnvelope<PaymentProcessed>,
    delivery: Delivery,
  ): undefined | Promise<undefined> {
    const key = orderKey(payment.order_id);
    return this.state.rest(delivery, key, ['lines'], ([lines]) => {
      if (typeof lines === 'string') {
        return this.complete(payment.order_id, JSON.parse(lines) as Line[], payment.status, delivery);
      }
      this.state.set(delivery, key, { payment: payment.status });
      return undefined;
    });
  }

  /** Both events are there: sell if the payment was approved, and forget the pair. */
  private complete(
    orderId: string,
    lines: readonly Line[],
    payment: string,
    delivery: Delivery,
  ): undefined | Promise<undefined> {
    this.state.delete(delivery, orderKey(orderId));
    if (payment !== 'approved') return undefined;
    const { STOCK_REORDER_POINT: point, STOCK_REORDER_QUANTITY: quantity } = this.config;
    const skus = lines.map(({ sku }) => sku);
    return this.state.rest(delivery, STOCK, skus, (stock) => {
      const levels = new Map(skus.map((sku, index) => [sku, Number(stock[index] ?? 0)]));
      const movement = sell(orderId, lines, levels, { point, quantity });
      this.state.set(delivery, STOCK, movement.levels);
      for (const update of movement.updates) delivery.transaction.publish(InventoryUpdated, update);
    });
  }
}
