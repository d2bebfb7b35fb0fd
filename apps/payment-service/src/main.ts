import { GROUPS } from '@shop/contracts';
import { runService } from '@shop/service';
import { PaymentConfiguration } from './configuration.js';
import { PaymentModule } from './payment.module.js';

await runService({
  name: 'payment-service',
  source: 'payment_service',
  state: 'payment',
  group: GROUPS.payment,
  configuration: PaymentConfiguration,
  module: PaymentModule,
});
