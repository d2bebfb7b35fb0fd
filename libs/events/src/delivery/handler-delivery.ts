import type { Standstill } from '../concurrency/standstill.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { OperationRef } from '../model/instrumentation.js';
import type { InFlightDelivery } from './in-flight-delivery.js';

/** One run in quarantine, of a handler or of decoding. */
export interface QuarantineRun {
  /** What it is noted as: no two runs have one name. */
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
  /** The try that is settled, for the instrumentation; undefined where nobody traces. */
  operation: OperationRef | undefined;
  /** Its run in quarantine; undefined for one that is not quarantined. */
  quarantineRun?: QuarantineRun;
  /** Of a handler that goes on although its time is up: resolves when it has really ended. */
  overrun?: Promise<void>;
}
