import { SERVICES } from '@shop/contracts';
import { runService } from '@shop/service';
import { InventoryConfiguration } from './configuration.js';
import { InventoryModule } from './inventory.module.js';

await runService({
  ...SERVICES.inventory,
  configuration: InventoryConfiguration,
  module: InventoryModule,
});
