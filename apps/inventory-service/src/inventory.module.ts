import { Module } from '@nestjs/common';
import { InventoryHandlers } from './inventory.handlers.js';

/** Moves the stock. */
@Module({ providers: [InventoryHandlers] })
export class InventoryModule {}
