import { ApiKeySetting, BooleanSetting, NumberSetting, ServiceConfiguration, WholeNumberSetting } from '@shop/service';
import { RateSetting, type Rate } from './simulation/rate.js';

/** Settings of the order service. */
export class OrderConfiguration extends ServiceConfiguration {
  /** What customers send as X-API-Key with an order; empty: anybody may order. */
  @ApiKeySetting()
  CUSTOMER_API_KEY = '';

  /** Whether simulated customers come as soon as the service runs. */
  @BooleanSetting()
  SIMULATION_ENABLED = true;

  /** Orders per second, on average over a simulated day; `max` for as many as the shop carries. */
  @RateSetting()
  SIMULATION_RATE: Rate = 2;

  /** Simulated seconds that pass in a real one: 1440 makes a day of a minute. */
  @NumberSetting(0.001, 1_000_000)
  SIMULATION_SPEED = 1440;

  /** One seed gives one shop. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;

  /** Threads that publish at once. */
  @WholeNumberSetting(1, 64)
  SIMULATION_THREADS = 3;

  /** Share of messages that are poison: malformed, invalid, or failing in every attempt. */
  @NumberSetting(0, 1)
  SIMULATION_POISON_SHARE = 0;
}
