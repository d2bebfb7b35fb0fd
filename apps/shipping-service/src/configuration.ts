import { ServiceConfiguration, WholeNumberSetting } from '@shop/service';

/** Settings of the shipping service. */
export class ShippingConfiguration extends ServiceConfiguration {
  /** What decides carriers and tracking numbers: one seed gives one shop. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;
}
