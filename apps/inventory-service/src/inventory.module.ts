import { Module } from '@nestjs/common';
import { InventoryHandlers } from './inventory.handlers.js';

/** Sells and restocks. */
@Module({ providers: [InventoryHandlers] })
export class InventoryModule {}
