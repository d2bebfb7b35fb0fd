import { EqualsTotalOf, OrderTerms, totalOf, type OrderPlaced } from '@shop/contracts';
import { Type } from 'class-transformer';
import {
  IsEmail,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { v5 } from 'uuid';

/** A customer of the shop, or a new one, who has no id yet. */
export class OrderingCustomer {
  @IsOptional()
  @IsUUID()
  customer_id?: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  name!: string;

  @IsEmail()
  email!: string;
}

/** The body of `POST /orders`. */
export class PlaceOrder extends OrderTerms {
  @ValidateNested()
  @IsNotEmpty()
  @Type(() => OrderingCustomer)
  customer!: OrderingCustomer;

  /** May be left out; given, it must be right. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @EqualsTotalOf('items')
  total_amount?: number;
}

/** The order that a request asks for: with the same id and customer each time for the same `orderId`. */
export function orderOf(request: PlaceOrder, orderId: string): OrderPlaced {
  const { items, currency, shipping_address } = request;
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

/** RFC 9562 name-based UUIDs of idempotency keys; any constant UUID would do. */
const IDEMPOTENCY_NAMESPACE = '0b0f7c0e-5f53-4b0e-8f0e-0d4f3a6c9a11';

/** The id of the order that is placed under an idempotency key. */
export function orderIdOf(idempotencyKey: string): string {
  return v5(idempotencyKey, IDEMPOTENCY_NAMESPACE);
}
