import { Module } from '@nestjs/common';
import { PaymentGateway } from './payment-gateway.js';
import { PaymentHandlers } from './payment.handlers.js';

/** Charges orders. */
@Module({ providers: [PaymentGateway, PaymentHandlers] })
export class PaymentModule {}
