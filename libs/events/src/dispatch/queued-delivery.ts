import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { fieldText } from '../stream/entries/raw-entry.js';
import type { Pause } from '../delivery/pause.js';
import type { DecodedEvent } from './decoded-event.js';

/** A delivery that waits for its turn among those of its ordering key, and its next step. */
export type QueuedDelivery = Queued &
  (
    | { next: 'dispatch'; decoded: DecodedEvent }
    /** Its personal data is encrypted: it is validated when it is decrypted. */
    | { next: 'decrypt'; decoded: DecodedEvent }
    /** It is quarantined: workers may have died while they decoded it. */
    | { next: 'decode' }
    /** No handler of this worker can get it. */
    | { next: 'reject'; error: unknown }
  );

interface Queued {
  inFlight: InFlightDelivery;
  /** The retry pauses in which it was deferred, where several handlers had one. */
  pauses?: readonly Pause[];
}

/** Deliveries of one ordering key are handled in their order. One without a partition key, or that is rejected, has a key of its own. */
export function orderingKeyOf(queued: QueuedDelivery): string {
  const { inFlight } = queued;
  if (queued.next === 'reject') return inFlight.entryRef;
  const partitionKey =
    queued.next === 'decode' ? fieldText(inFlight.entry, 'partition_key') : queued.decoded.event.partition_key;
  return partitionKey ?? inFlight.entryRef;
}
