import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';

/** Defers and resumes entries of one stream. A deferred entry stays pending in Redis for this worker. */
export interface Redelivery {
  /** Tells Redis that these deliveries do not count: no worker can die of them. Never rejects. */
  defer(allInFlight: readonly InFlightDelivery[]): Promise<void>;
  /** Reads entries again. @returns deliveries of those that are still this worker's */
  resume(ids: readonly string[]): Promise<InFlightDelivery[]>;
}
