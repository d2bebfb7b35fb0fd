import { GROUPS } from '@shop/contracts';
import { runService } from '@shop/service';
import { ShippingConfiguration } from './configuration.js';
import { ShippingModule } from './shipping.module.js';

await runService({
  name: 'shipping-service',
  source: 'shipping_service',
  state: 'shipping',
  group: GROUPS.shipping,
  configuration: ShippingConfiguration,
  module: ShippingModule,
});
