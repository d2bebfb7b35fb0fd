import { SERVICES } from '@shop/contracts';
import { runService } from '@shop/service';
import { OrderConfiguration } from './configuration.js';
import { OrderModule } from './order.module.js';

await runService({
  ...SERVICES.order,
  configuration: OrderConfiguration,
  module: OrderModule,
});
