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
  IsString,
  IsUUID,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams';
import { Address } from './address.js';
import { EqualsTotalOf } from './equals-total-of.js';

/** Who ordered. */
export class Customer {
  @IsUUID()
  customer_id!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  name!: string;

  @IsEmail()
  email!: string;
}

/** One line of an order. */
export class OrderItem {
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  sku!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  name!: string;

  @IsInt()
  @Min(1)
  quantity!: number;

  /** In the currency's minor unit, such as cents. */
  @IsInt()
  @Min(0)
  unit_price!: number;
}

/** What a customer wants, and where: part of the order, and of asking for one. */
export class OrderTerms {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((item: OrderItem | null | undefined) => item?.sku, { message: 'items must not name a sku twice' })
  @ValidateNested({ each: true })
  @Type(() => OrderItem)
  items!: OrderItem[];

  @IsISO4217CurrencyCode()
  currency!: string;

  @ValidateNested()
  @IsNotEmpty()
  @Type(() => Address)
  shipping_address!: Address;
}

/** A customer has placed an order. Published by the order service. */
@DomainEvent({ type: 'order_placed', version: '1.0', stream: 'orders', key: (order: OrderPlaced) => order.order_id })
export class OrderPlaced extends OrderTerms {
  @IsUUID()
  order_id!: string;

  @ValidateNested()
  @IsNotEmpty()
  @Type(() => Customer)
  customer!: Customer;

  /** Σ quantity × unit_price, in the currency's minor unit. */
  @IsInt()
  @Min(0)
  @EqualsTotalOf('items')
  total_amount!: number;
}
