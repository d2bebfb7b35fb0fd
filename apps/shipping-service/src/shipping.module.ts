import { Module } from '@nestjs/common';
import { ShippingHandlers } from './shipping.handlers.js';

/** Ships what was sold. */
@Module({ providers: [ShippingHandlers] })
export class ShippingModule {}
