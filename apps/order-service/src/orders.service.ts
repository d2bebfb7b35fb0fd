import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { OrderPlaced } from '@shop/contracts';
import { EventMonitor, EventProducer } from 'nestjs-event-streams';
import { AcceptedOrders } from './accepted-orders.js';
import { orderIdOf, orderOf, type PlaceOrder } from './domain/place-order.js';

/** The answer to an order. */
export interface PlacedOrder {
  order_id: string;
  /** Where it stands in `ecommerce:orders`. */
  entry_id: string;
}

/** Takes orders: an order is accepted when its event is in the stream. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly producer: EventProducer,
    private readonly monitor: EventMonitor,
    private readonly accepted: AcceptedOrders,
  ) {}

  /**
   * Places an order. With an idempotency key, a repeat places nothing and gets the first answer.
   *
   * @throws UnprocessableEntityException when the key was used for another order
   */
  async place(request: PlaceOrder, idempotencyKey?: string): Promise<PlacedOrder> {
    const orderId = idempotencyKey === undefined ? randomUUID() : orderIdOf(idempotencyKey);
    const order = orderOf(request, orderId);
    const entryId = await this.producer.publish(OrderPlaced, order, {
      correlationId: orderId,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    if (idempotencyKey !== undefined) await this.demandSameOrder(entryId, order, idempotencyKey);
    await this.accepted.add(orderId);
    return { order_id: orderId, entry_id: entryId };
  }

  private async demandSameOrder(entryId: string, order: OrderPlaced, idempotencyKey: string): Promise<void> {
    const [entry] = await this.monitor.entries('orders', { from: entryId, to: entryId, count: 1 });
    // An entry that retention has trimmed cannot be compared any more; its answer is still the first one.
    if (!entry?.event || isDeepStrictEqual(entry.event.data, JSON.parse(JSON.stringify(order)))) return;
    throw new UnprocessableEntityException(
      `The Idempotency-Key ${idempotencyKey} was used for another order. Use a new key for a new order`,
    );
  }
}
