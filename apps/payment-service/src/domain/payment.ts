import type { OrderPlaced, PaymentProcessed } from '@shop/contracts';
import type { PaymentDecision } from '@shop/simulation';

/** The payment of an order, with the decision of the gateway. */
export function paymentFor(order: OrderPlaced, paymentId: string, decision: PaymentDecision): PaymentProcessed {
  const { order_id, total_amount: amount, currency } = order;
  return { payment_id: paymentId, order_id, amount, currency, ...decision };
}
