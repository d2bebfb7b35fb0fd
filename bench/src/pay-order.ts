import { PaymentProcessed, type OrderPlaced } from '@shop/contracts';
import type { Transaction } from 'nestjs-event-streams';

/** What a handler with effects does for each order: a write to Redis and an event. */
export function payOrder(order: OrderPlaced, transaction: Transaction): void {
  transaction.hset('paid', order.order_id, order.total_amount);
  transaction.publish(PaymentProcessed, {
    payment_id: transaction.uuid('payment'),
    order_id: order.order_id,
    amount: order.total_amount,
    currency: order.currency,
    method: 'card',
    status: 'approved',
  });
}
