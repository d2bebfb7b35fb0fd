import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsString,
  IsUUID,
  Min,
  ValidateNested,
} from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams';
import { Address } from './address.js';

/** One line of a shipment. */
export class ShipmentItem {
  @IsString()
  @IsNotEmpty()
  sku!: string;

  @IsInt()
  @Min(1)
  quantity!: number;
}

/** A parcel is on its way. Published by the shipping service. */
@DomainEvent({
  type: 'shipment_created',
  version: '1.0',
  stream: 'shipments',
  key: (shipment: ShipmentCreated) => shipment.order_id,
})
export class ShipmentCreated {
  @IsUUID()
  shipment_id!: string;

  @IsUUID()
  order_id!: string;

  @IsString()
  @IsNotEmpty()
  carrier!: string;

  @IsString()
  @IsNotEmpty()
  tracking_number!: string;

  @IsArray()
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => ShipmentItem)
  items!: ShipmentItem[];

  @ValidateNested()
  @IsNotEmpty()
  @Type(() => Address)
  shipping_address!: Address;

  /** RFC 3339. */
  @IsISO8601({ strict: true })
  estimated_delivery!: string;
}
