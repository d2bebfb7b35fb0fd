import { PaymentProcessed, type OrderPlaced } from '@shop/contracts';
import { catalogue, OrderGenerator } from '@shop/simulation';
import { validate } from 'nestjs-event-streams/internal';
import { expect, it } from 'vitest';
import { paymentFor } from '../src/domain/payment.js';

const order: OrderPlaced = new OrderGenerator({ seed: 1, stream: 0, catalogue: catalogue(1) }).next();
const id = '3f2b7c1e-6d52-4a7e-9f59-d0f2f0f6f1aa';

it('has the amount and currency of the order', () => {
  const payment = paymentFor(order, id, { method: 'card', status: 'approved' });
  expect(validate(PaymentProcessed, payment)).toMatchObject({
    payment_id: id,
    order_id: order.order_id,
    amount: order.total_amount,
    currency: order.currency,
  });
});

it('has a reason if it is declined', () => {
  const payment = paymentFor(order, id, { method: 'card', status: 'declined', decline_reason: 'card_expired' });
  expect(validate(PaymentProcessed, payment).decline_reason).toBe('card_expired');
});
