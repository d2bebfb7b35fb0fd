import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsRFC3339,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams/core';
import { Address } from './address.js';
import { MAX_NAME_LENGTH, MAX_SKU_LENGTH, MAX_LINES, MAX_PIECES } from './bounds.js';

/** One line of a shipment. */
export class ShipmentItem {
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_SKU_LENGTH)
  sku!: string;

  @IsInt()
  @Min(1)
  @Max(MAX_PIECES)
  quantity!: number;
}

/** A shipment has been created. Published by the shipping service, which names the person of the address (`subject`) itself. */
@DomainEvent({
  type: 'shipment_created',
  version: '1.0',
  stream: 'shipments',
  key: (shipment: ShipmentCreated) => shipment.order_id,
  sources: ['shipping_service'],
})
export class ShipmentCreated {
  @IsUUID()
  shipment_id!: string;

  @IsUUID()
  order_id!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_NAME_LENGTH)
  carrier!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_NAME_LENGTH)
  tracking_number!: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_LINES)
  // @ValidateNested alone would also accept lists as items.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ShipmentItem)
  items!: ShipmentItem[];

  @ValidateNested()
  @IsNotEmpty()
  @IsObject()
  @Type(() => Address)
  shipping_address!: Address;

  /** RFC 3339, with a day of the calendar. */
  @IsRFC3339()
  @IsISO8601({ strict: true })
  estimated_delivery!: string;
}
