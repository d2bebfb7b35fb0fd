import { ServiceConfiguration, WholeNumberSetting } from '@shop/service';

/** Settings of the inventory service. */
export class InventoryConfiguration extends ServiceConfiguration {
  /** Stock at or below this is filled up. */
  @WholeNumberSetting(0, 1_000_000)
  STOCK_REORDER_POINT = 20;

  /** How many pieces a restock brings. */
  @WholeNumberSetting(1, 1_000_000)
  STOCK_REORDER_QUANTITY = 200;
}
