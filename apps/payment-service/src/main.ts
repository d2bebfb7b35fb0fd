import { SERVICES } from '@shop/contracts';
import { runService } from '@shop/service';
import { PaymentConfiguration } from './configuration.js';
import { PaymentModule } from './payment.module.js';

await runService({
  ...SERVICES.payment,
  configuration: PaymentConfiguration,
  module: PaymentModule,
});
