import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  NotEquals,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { DomainEvent } from 'nestjs-event-streams/core';
import { MAX_SKU_LENGTH, MAX_LINES, MAX_STOCK } from './bounds.js';

export const INVENTORY_REASONS = ['sale', 'restock'] as const;
export type InventoryReason = (typeof INVENTORY_REASONS)[number];

/** A change of one sku's stock. */
export class StockChange {
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_SKU_LENGTH)
  sku!: string;

  @IsInt()
  @NotEquals(0)
  @Min(-MAX_STOCK)
  @Max(MAX_STOCK)
  quantity_change!: number;

  /** The stock level after the change. */
  @IsInt()
  @Min(0)
  @Max(MAX_STOCK)
  stock_level!: number;
}

/** The stock has changed, by a sale or a restock. Published by the inventory service. */
@DomainEvent({
  type: 'inventory_updated',
  version: '1.0',
  stream: 'inventory',
  // A restock belongs to no order, so its key is made of its skus. Restocks of different skus may be handled in any order.
  key: (update: InventoryUpdated) => update.order_id ?? update.changes.map(({ sku }) => sku).join(),
  sources: ['inventory_service'],
})
export class InventoryUpdated {
  @IsIn(INVENTORY_REASONS)
  reason!: InventoryReason;

  /** Required for a sale. */
  @ValidateIf((update: InventoryUpdated) => update.reason === 'sale' || update.order_id !== undefined)
  @IsUUID()
  order_id?: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_LINES)
  // @ValidateNested alone would also accept lists as items.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => StockChange)
  changes!: StockChange[];
}
