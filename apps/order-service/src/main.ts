import { runService } from '@shop/service';
import { OrderConfiguration } from './configuration.js';
import { OrderModule } from './order.module.js';

await runService({
  name: 'order-service',
  source: 'order_service',
  state: 'order',
  configuration: OrderConfiguration,
  module: OrderModule,
});
