import { ServiceConfiguration, WholeNumberSetting } from '@shop/service';

/** Settings of the shipping service. */
export class ShippingConfiguration extends ServiceConfiguration {
  /** The seed of the shop, which determines carriers and tracking numbers. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;
}
