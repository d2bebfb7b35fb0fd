import { Injectable } from '@nestjs/common';
import { OrderPlaced, PaymentProcessed } from '@shop/contracts';
import { EventHandler, type Delivery, type EventEnvelope } from 'nestjs-event-streams';
import { paymentFor } from './domain/payment.js';
import { PaymentGateway } from './payment-gateway.js';

/** A gateway that fails now and then is asked again, within about a quarter of a minute. */
const PATIENT = { attempts: 8, maxDelayMs: 5000 };

/** An order becomes a payment. */
@Injectable()
export class PaymentHandlers {
  constructor(private readonly gateway: PaymentGateway) {}

  @EventHandler(OrderPlaced, { retry: PATIENT })
  async onOrderPlaced({ event_id, data: order }: EventEnvelope<OrderPlaced>, delivery: Delivery): Promise<void> {
    // The event's id is the gateway's idempotency key: a retry charges nobody twice.
    const decision = await this.gateway.charge(order, event_id, delivery.signal);
    const { transaction } = delivery;
    transaction.publish(PaymentProcessed, paymentFor(order, transaction.uuid('payment'), decision));
  }
}
