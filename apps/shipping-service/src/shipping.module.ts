import { Module } from '@nestjs/common';
import { ShippingHandlers } from './shipping.handlers.js';

/** Ships sold goods. */
@Module({ providers: [ShippingHandlers] })
export class ShippingModule {}
