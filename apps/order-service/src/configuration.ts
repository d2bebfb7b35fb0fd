import { ApiKeySetting, BooleanSetting, NumberSetting, ServiceConfiguration, WholeNumberSetting } from '@shop/service';
import { RateSetting, type Rate } from './simulation/rate.js';

/** Settings of the order service. */
export class OrderConfiguration extends ServiceConfiguration {
  /** The key that customers send as X-API-Key with an order; empty: no key is needed. */
  @ApiKeySetting()
  CUSTOMER_API_KEY = '';

  /** Whether the simulation starts with the service. */
  @BooleanSetting()
  SIMULATION_ENABLED = true;

  /** Orders per second, on average over a simulated day; `max` for as many as the shop can handle. */
  @RateSetting()
  SIMULATION_RATE: Rate = 2;

  /** Simulated seconds per real second; with 1440, a day takes a minute. */
  @NumberSetting(0.001, 1_000_000)
  SIMULATION_SPEED = 1440;

  /** The seed of the shop: the same seed gives the same shop. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;

  /** How many threads of simulated customers publish at once. */
  @WholeNumberSetting(1, 64)
  SIMULATION_THREADS = 3;

  /** Share of messages that are poison: malformed, invalid, or failing in every attempt. */
  @NumberSetting(0, 1)
  SIMULATION_POISON_SHARE = 0;
}
