import { Random } from './random.js';
import { Weighted } from './weighted.js';

/** A payment method. */
export type PaymentMethod = 'card' | 'paypal' | 'bank_transfer' | 'gift_card';

/** The payment gateway's decision on an order. It has a `decline_reason` if and only if it is declined. */
export interface PaymentDecision {
  method: PaymentMethod;
  status: 'approved' | 'declined';
  decline_reason?: string;
}

/** The input of a payment decision. */
export interface PaymentDecisionInput {
  seed: number;
  order_id: string;
  /** The share of declined payments, 0 to 1. */
  declineShare: number;
}

const METHODS = new Weighted<PaymentMethod>([
  ['card', 58],
  ['paypal', 27],
  ['bank_transfer', 10],
  ['gift_card', 5],
]);

const DECLINE_REASONS: Readonly<Record<PaymentMethod, readonly string[]>> = {
  card: ['insufficient_funds', 'card_expired', 'do_not_honor', 'suspected_fraud'],
  paypal: ['account_restricted', 'funding_source_declined'],
  bank_transfer: ['insufficient_funds', 'account_closed'],
  gift_card: ['insufficient_balance', 'card_already_used'],
};

const LATENCY_SIGMA = 0.75; // 95% take less than 3.4 times the median, 99.9% less than 10 times
const LATENCY_CAP = 20;

/** The gateway's decision on an order: always the same for the same order. A higher share only adds declines. */
export function paymentDecision({ seed, order_id, declineShare }: PaymentDecisionInput): PaymentDecision {
  const random = Random.of('payment', seed, order_id);
  const method = METHODS.pick(random);
  if (!random.chance(declineShare)) return { method, status: 'approved' };
  return { method, status: 'declined', decline_reason: random.pick(DECLINE_REASONS[method]) };
}

/** How long a gateway call takes, in ms: usually near the median, sometimes much longer, at most 20 times the median. */
export function gatewayLatencyMs(random: Random, medianMs: number): number {
  return Math.min(random.logNormal(medianMs, LATENCY_SIGMA), LATENCY_CAP * medianMs);
}

/** Whether a gateway call fails and must be retried. @param share the share of failing calls, 0 to 1 */
export function gatewayFails(random: Random, share: number): boolean {
  return random.chance(share);
}
