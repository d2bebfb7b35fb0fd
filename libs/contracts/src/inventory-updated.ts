import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  IsUUID,
  Min,
  NotEquals,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams';

export const INVENTORY_REASONS = ['sale', 'restock'] as const;
export type InventoryReason = (typeof INVENTORY_REASONS)[number];

/** What one movement does to one sku. */
export class StockChange {
  @IsString()
  @IsNotEmpty()
  sku!: string;

  @IsInt()
  @NotEquals(0)
  quantity_change!: number;

  /** After the change. */
  @IsInt()
  @Min(0)
  stock_level!: number;
}

/** Goods left the stock, or came in. Published by the inventory service. */
@DomainEvent({
  type: 'inventory_updated',
  version: '1.0',
  stream: 'inventory',
  // A restock belongs to no order; the skus that it fills need no order among themselves.
  key: (update: InventoryUpdated) => update.order_id ?? update.changes.map(({ sku }) => sku).join(),
})
export class InventoryUpdated {
  @IsIn(INVENTORY_REASONS)
  reason!: InventoryReason;

  /** Only of a sale. */
  @ValidateIf((update: InventoryUpdated) => update.reason === 'sale' || update.order_id !== undefined)
  @IsUUID()
  order_id?: string;

  @IsArray()
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => StockChange)
  changes!: StockChange[];
}
