import type { Standstill } from '../concurrency/standstill.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { OperationRef } from '../model/instrumentation.js';
import type { FailureNote } from '../stream/entries/delivery-notes.js';
import type { InFlightDelivery } from './in-flight-delivery.js';

/** One run of a handler, or of decoding, in quarantine. */
export interface QuarantineRun {
  /** The name under which Redis has a note of it; no other run has it. */
  name: string;
  /** Tells how long the worker has stood still meanwhile. */
  standstill: Standstill;
}

/** A delivery for one of its event's handlers. */
export interface HandlerDelivery {
  inFlight: InFlightDelivery;
  /** Undefined for an entry that could not be decoded. */
  event: EventEnvelope<object> | undefined;
  handler: string;
  /** Whether a dead letter of this handler parks those that follow it with the same key. */
  parksKey: boolean;
  /** All handlers of this event. */
  handlers: readonly string[];
  /** The handler's failures so far, this delivery's and earlier ones'. */
  note: Readonly<FailureNote>;
  /** The attempt that is settled, for the instrumentation; undefined where nobody traces. */
  operation: OperationRef | undefined;
  /** Its quarantine run that began last; undefined outside quarantine. */
  quarantineRun?: QuarantineRun;
  /** Where the handler runs on after its time limit: resolves when it has really ended. */
  overrun?: Promise<void>;
}
