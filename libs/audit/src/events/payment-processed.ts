import { MAX_AMOUNT } from '@shop/contracts/facts';
import type { EntryOrigin, EventKind } from './event-kind.js';
import { both, object, oneOf, optional, whole, type Check } from './shape.js';
import { currency, name, uuid } from './standards.js';

/** The parts of a `payment_processed` that the laws need. */
export interface PaymentRecord extends EntryOrigin {
  orderId: string;
  amount: number;
  currency: string;
  isApproved: boolean;
}

interface Payload {
  order_id: string;
  amount: number;
  currency: string;
  status: 'approved' | 'declined';
  decline_reason?: string;
}

const shape = object({
  payment_id: uuid,
  order_id: uuid,
  amount: whole(0, MAX_AMOUNT),
  currency,
  method: oneOf('card', 'paypal', 'bank_transfer', 'gift_card'),
  status: oneOf('approved', 'declined'),
  decline_reason: optional(name),
});

const reasonOfDecline: Check = (value) => {
  const { status, decline_reason: reason } = value as Payload;
  return status === 'declined' && reason === undefined
    ? 'decline_reason must be given for a declined payment'
    : undefined;
};

export const paymentProcessed: EventKind<Payload, PaymentRecord> = {
  stream: 'payments',
  type: 'payment_processed',
  major: '1',
  source: 'payment_service',
  problem: both(shape, reasonOfDecline),
  record: ({ order_id: orderId, amount, currency, status }, { id, isPoison }) => ({
    id,
    isPoison,
    orderId,
    amount,
    currency,
    isApproved: status === 'approved',
  }),
};
