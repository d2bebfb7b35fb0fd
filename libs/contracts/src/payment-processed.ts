import {
  IsIn,
  IsISO4217CurrencyCode,
  IsInt,
  IsNotEmpty,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams/core';
import { MAX_AMOUNT, MAX_NAME_LENGTH } from './bounds.js';

export const PAYMENT_METHODS = ['card', 'paypal', 'bank_transfer', 'gift_card'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export const PAYMENT_STATUSES = ['approved', 'declined'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** An order's payment was approved or declined. Published by the payment service. */
@DomainEvent({
  type: 'payment_processed',
  version: '1.0',
  stream: 'payments',
  key: (payment: PaymentProcessed) => payment.order_id,
  sources: ['payment_service'],
})
export class PaymentProcessed {
  @IsUUID()
  payment_id!: string;

  @IsUUID()
  order_id!: string;

  /** In the currency's minor unit. */
  @IsInt()
  @Min(0)
  @Max(MAX_AMOUNT)
  amount!: number;

  @IsISO4217CurrencyCode()
  currency!: string;

  @IsIn(PAYMENT_METHODS)
  method!: PaymentMethod;

  @IsIn(PAYMENT_STATUSES)
  status!: PaymentStatus;

  /** Required for a declined payment. */
  @ValidateIf((payment: PaymentProcessed) => payment.status === 'declined' || payment.decline_reason !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_NAME_LENGTH)
  decline_reason?: string;
}
