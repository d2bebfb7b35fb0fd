import { ServiceConfiguration, WholeNumberSetting } from '@shop/service';

/** Settings of the inventory service. */
export class InventoryConfiguration extends ServiceConfiguration {
  /** A sku is restocked when its stock is at or below this. */
  @WholeNumberSetting(0, 1_000_000)
  STOCK_REORDER_POINT = 20;

  /** How many pieces a restock adds. */
  @WholeNumberSetting(1, 1_000_000)
  STOCK_REORDER_QUANTITY = 200;
}
