import { NumberSetting, ServiceConfiguration, WholeNumberSetting } from '@shop/service';

/** Settings of the payment service. */
export class PaymentConfiguration extends ServiceConfiguration {
  /** More than in other apps, because a handler waits for the gateway nearly all the time, which costs nothing. */
  override EVENTS_CONCURRENCY = 512;

  /** The seed of the shop, which determines payment methods and declines. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;

  /** The median time of a gateway call, in milliseconds. Some calls take many times as long. */
  @NumberSetting(0, 60_000)
  GATEWAY_LATENCY_MS = 80;

  /** Share of payments that are declined. */
  @NumberSetting(0, 1)
  GATEWAY_DECLINE_SHARE = 0.05;

  /** Share of gateway calls that fail and are retried. */
  @NumberSetting(0, 1)
  GATEWAY_FAILURE_SHARE = 0.02;
}
