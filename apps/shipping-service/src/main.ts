import { SERVICES } from '@shop/contracts';
import { runService } from '@shop/service';
import { ShippingConfiguration } from './configuration.js';
import { ShippingModule } from './shipping.module.js';

await runService({
  ...SERVICES.shipping,
  configuration: ShippingConfiguration,
  module: ShippingModule,
});
