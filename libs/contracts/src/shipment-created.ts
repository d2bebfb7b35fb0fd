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
import { DomainEvent } from 'nestjs-event-streams';
import { Address } from './address.js';
import { LONGEST_NAME, LONGEST_SKU, MOST_LINES, MOST_PIECES } from './bounds.js';

/** One line of a shipment. */
export class ShipmentItem {
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_SKU)
  sku!: string;

  @IsInt()
  @Min(1)
  @Max(MOST_PIECES)
  quantity!: number;
}

/** A parcel is on its way. Published by the shipping service, which says whose address it has (`subject`). */
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
  @MaxLength(LONGEST_NAME)
  carrier!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_NAME)
  tracking_number!: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_LINES)
  // @ValidateNested alone looks into lists within the list, and takes an empty one.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ShipmentItem)
  items!: ShipmentItem[];

  @ValidateNested()
  @IsNotEmpty()
  @IsObject()
  @Type(() => Address)
  shipping_address!: Address;

  /** RFC 3339, of a day that the calendar has. */
  @IsRFC3339()
  @IsISO8601({ strict: true })
  estimated_delivery!: string;
}
