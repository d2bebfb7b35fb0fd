import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';

/** Where entries wait that were deferred, by id: they are delivered to this worker, and not settled. */
export interface Redelivery {
  /** Says that a delivery has not begun, or has come to an end. Never rejects. */
  defer(allInFlight: readonly InFlightDelivery[]): Promise<void>;
  /** Gets entries again, those that are still this worker's. */
  resume(ids: readonly string[]): Promise<InFlightDelivery[]>;
}
