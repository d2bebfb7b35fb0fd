import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsEmail,
  IsISO4217CurrencyCode,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { DomainEvent, Personal } from 'nestjs-event-streams/core';
import { Address } from './address.js';
import {
  MAX_AMOUNT,
  MAX_PRICE,
  MAX_EMAIL_LENGTH,
  MAX_NAME_LENGTH,
  MAX_SKU_LENGTH,
  MAX_LINES,
  MAX_PIECES,
} from './bounds.js';
import { EqualsTotalOf } from './equals-total-of.js';

/** The customer of an order. */
export class Customer {
  @IsUUID()
  customer_id!: string;

  @Personal()
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_NAME_LENGTH)
  name!: string;

  @Personal()
  @IsEmail()
  @MaxLength(MAX_EMAIL_LENGTH)
  email!: string;
}

/** One line of an order. */
export class OrderItem {
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_SKU_LENGTH)
  sku!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_NAME_LENGTH)
  name!: string;

  @IsInt()
  @Min(1)
  @Max(MAX_PIECES)
  quantity!: number;

  /** In the currency's minor unit, such as cents. */
  @IsInt()
  @Min(0)
  @Max(MAX_PRICE)
  unit_price!: number;
}

/** The items and the address: a part of an order, and of the request for one. */
export class OrderTerms {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_LINES)
  @ArrayUnique((item: OrderItem | null | undefined) => item?.sku, { message: 'items must not name a sku twice' })
  // @ValidateNested alone would also accept lists as items.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => OrderItem)
  items!: OrderItem[];

  @IsISO4217CurrencyCode()
  currency!: string;

  @ValidateNested()
  @IsNotEmpty()
  @IsObject()
  @Type(() => Address)
  shipping_address!: Address;
}

/** A customer has placed an order. Published by the order service. */
@DomainEvent({
  type: 'order_placed',
  version: '1.0',
  stream: 'orders',
  key: (order: OrderPlaced) => order.order_id,
  subject: (order: OrderPlaced) => order.customer.customer_id,
  sources: ['order_service'],
})
export class OrderPlaced extends OrderTerms {
  @IsUUID()
  order_id!: string;

  @ValidateNested()
  @IsNotEmpty()
  @IsObject()
  @Type(() => Customer)
  customer!: Customer;

  /** Σ quantity × unit_price, in the currency's minor unit. */
  @IsInt()
  @Min(0)
  @Max(MAX_AMOUNT)
  @EqualsTotalOf('items')
  total_amount!: number;
}
