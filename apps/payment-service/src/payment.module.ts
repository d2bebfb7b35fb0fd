import { Module } from '@nestjs/common';
import { GatewayController } from './gateway.controller.js';
import { PaymentGateway } from './payment-gateway.js';
import { PaymentHandlers } from './payment.handlers.js';

/** Charges orders. */
@Module({ controllers: [GatewayController], providers: [PaymentGateway, PaymentHandlers] })
export class PaymentModule {}
