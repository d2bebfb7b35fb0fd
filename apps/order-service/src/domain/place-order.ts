import { createHash } from 'node:crypto';
import {
  EqualsTotalOf,
  MAX_AMOUNT,
  MAX_EMAIL_LENGTH,
  MAX_NAME_LENGTH,
  OrderTerms,
  totalOf,
  type OrderPlaced,
} from '@shop/contracts';
import { Type } from 'class-transformer';
import {
  IsEmail,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { NIL, v5 } from 'uuid';

/** The customer of a request. A new customer has no id yet. */
export class OrderingCustomer {
  @IsOptional()
  @IsUUID()
  customer_id?: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_NAME_LENGTH)
  name!: string;

  @IsEmail()
  @MaxLength(MAX_EMAIL_LENGTH)
  email!: string;
}

/** The body of `POST /orders`. */
export class PlaceOrder extends OrderTerms {
  @ValidateNested()
  @IsNotEmpty()
  @IsObject()
  @Type(() => OrderingCustomer)
  customer!: OrderingCustomer;

  /** Optional, but must be correct if given. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_AMOUNT)
  @EqualsTotalOf('items')
  total_amount?: number;
}

/**
 * The order of a request. The same `orderId` always gives the same order.
 *
 * @param items its lines. @default those of the request
 */
export function orderOf(request: PlaceOrder, orderId: string, items = request.items): OrderPlaced {
  const { currency, shipping_address } = request;
  const { name, email, customer_id = v5('customer', orderId) } = request.customer;
  return {
    order_id: orderId,
    customer: { customer_id, name, email },
    items,
    currency,
    total_amount: totalOf(items),
    shipping_address,
  };
}

/** A digest of a request's order. It does not depend on the order of the properties in the JSON. */
export function fingerprintOf(request: PlaceOrder): string {
  return createHash('sha256')
    .update(JSON.stringify(orderOf(request, NIL), sortedProperties))
    .digest('base64url');
}

function sortedProperties(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
