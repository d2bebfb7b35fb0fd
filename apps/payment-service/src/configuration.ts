import { NumberSetting, ServiceConfiguration, WholeNumberSetting } from '@shop/service';

/** Settings of the payment service. */
export class PaymentConfiguration extends ServiceConfiguration {
  /** More than the others have: a handler waits for the gateway nearly all of its time, and needs nothing meanwhile. */
  override EVENTS_CONCURRENCY = 512;

  /** What decides methods and declines: one seed gives one shop. */
  @WholeNumberSetting(0, 2 ** 31)
  SIMULATION_SEED = 42;

  /** Median time of a gateway call, in milliseconds; some take many times as long. */
  @NumberSetting(0, 60_000)
  GATEWAY_LATENCY_MS = 80;

  /** Share of payments that are declined. */
  @NumberSetting(0, 1)
  GATEWAY_DECLINE_SHARE = 0.05;

  /** Share of gateway calls that fail and are tried again. */
  @NumberSetting(0, 1)
  GATEWAY_FAILURE_SHARE = 0.02;
}
