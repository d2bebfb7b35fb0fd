import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { OrderPlaced } from '@shop/contracts';
import {
  gatewayFails,
  gatewayLatencyMs,
  isFailing,
  paymentDecision,
  Random,
  type PaymentDecision,
} from '@shop/simulation';
import { PaymentConfiguration } from './configuration.js';

/** The gateway has not charged the customer. A retry may succeed. */
export class GatewayUnavailableError extends Error {
  override readonly name = 'GatewayUnavailableError';
}

/** A simulated payment gateway. Like real ones, it is slow and sometimes unavailable, its latency is skewed, and it is idempotent by key. */
@Injectable()
export class PaymentGateway {
  // Latencies and failures differ from run to run. The payment of an order does not.
  private readonly random = Random.of(process.pid, Date.now());

  /** Share of calls that fail, 0 to 1; it can be changed while the service runs. */
  failureShare: number;

  constructor(private readonly config: PaymentConfiguration) {
    this.failureShare = config.GATEWAY_FAILURE_SHARE;
  }

  /**
   * Charges an order. The same key always gets the same answer.
   *
   * @throws GatewayUnavailableError if the call fails; an AbortError if `signal` aborts it
   */
  async charge(order: OrderPlaced, idempotencyKey: string, signal: AbortSignal): Promise<PaymentDecision> {
    const { SIMULATION_SEED, GATEWAY_LATENCY_MS, GATEWAY_DECLINE_SHARE } = this.config;
    await setTimeout(gatewayLatencyMs(this.random, GATEWAY_LATENCY_MS), undefined, { signal });
    if (isFailing(order)) throw new GatewayUnavailableError('The gateway rejects every charge of this customer');
    if (gatewayFails(this.random, this.failureShare)) {
      throw new GatewayUnavailableError(`The gateway did not answer the charge ${idempotencyKey}`);
    }
    return paymentDecision({ seed: SIMULATION_SEED, order_id: order.order_id, declineShare: GATEWAY_DECLINE_SHARE });
  }
}
