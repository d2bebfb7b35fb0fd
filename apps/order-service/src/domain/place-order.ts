import { createHash } from 'node:crypto';
import {
  EqualsTotalOf,
  HIGHEST_AMOUNT,
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

/** A customer of the shop, or a new one, who has no id yet. */
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

  /** May be left out; given, it must be right. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(HIGHEST_AMOUNT)
  @EqualsTotalOf('items')
  total_amount?: number;
}

/**
 * The order that a request asks for: with the same id and customer each time for the same `orderId`.
 *
 * @param items its lines, if not as they were asked for
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

/** What a request asks for, as a digest: the same for the same order, whatever the order of its JSON's properties. */
export function fingerprintOf(request: PlaceOrder): string {
  return createHash('sha256')
    .update(JSON.stringify(orderOf(request, NIL), sortedProperties))
    .digest('base64url');
}

function sortedProperties(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
