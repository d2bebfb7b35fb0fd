import { GROUPS } from '@shop/contracts';
import { runService } from '@shop/service';
import { InventoryConfiguration } from './configuration.js';
import { InventoryModule } from './inventory.module.js';

await runService({
  name: 'inventory-service',
  source: 'inventory_service',
  state: 'inventory',
  group: GROUPS.inventory,
  configuration: InventoryConfiguration,
  module: InventoryModule,
});
