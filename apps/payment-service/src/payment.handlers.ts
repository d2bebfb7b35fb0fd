import { Injectable } from '@nestjs/common';
import { OrderPlaced, PaymentProcessed } from '@shop/contracts';
import { EventHandler, type Delivery, type EventEnvelope } from 'nestjs-event-streams';
import { paymentFor } from './domain/payment.js';
import { PaymentGateway } from './payment-gateway.js';

/** Retries of gateway calls: 8 attempts within about 15 seconds. */
const GATEWAY_RETRY = { attempts: 8, maxDelayMs: 5000 };

/** Makes a payment of each order. */
@Injectable()
export class PaymentHandlers {
  constructor(private readonly gateway: PaymentGateway) {}

  @EventHandler(OrderPlaced, { retry: GATEWAY_RETRY })
  async onOrderPlaced({ event_id, data: order }: EventEnvelope<OrderPlaced>, delivery: Delivery): Promise<void> {
    // The event's id is the gateway's idempotency key, so that a retry does not charge the customer twice.
    const decision = await this.gateway.charge(order, event_id, delivery.signal);
    const { transaction } = delivery;
    transaction.publish(PaymentProcessed, paymentFor(order, transaction.uuid('payment'), decision));
  }
}
