import type { StreamName } from '@shop/contracts/facts';
import type { Event } from './envelope.js';
import type { Check } from './shape.js';

/** The stream entry of a record. */
export interface EntryOrigin {
  /** The stream entry's id. */
  id: string;
  /** Whether the simulation injected it as poison. */
  isPoison: boolean;
}

/** The event type of a stream, and how its events become records for the laws. */
export interface EventKind<Payload, EventRecord extends EntryOrigin> {
  readonly stream: StreamName;
  readonly type: string;
  /** The major version. Every minor version of it is valid. */
  readonly major: string;
  /** The only source that may publish it. */
  readonly source: string;
  /** Checks a payload. */
  readonly problem: Check;
  /** Makes the record of a valid payload. */
  record(payload: Payload, origin: EntryOrigin): EventRecord;
}

/** Why an event does not belong on its stream; undefined if it does. */
export function whyNotOfKind(event: Event, { type, major, source }: EventKind<never, EntryOrigin>): string | undefined {
  if (event.type !== type || event.version.split('.', 1)[0] !== major) {
    return `expected ${type} of version ${major}.x, got ${event.type} of version ${event.version}`;
  }
  return event.source === source ? undefined : `Expected ${type} from ${source}, got one from ${event.source}`;
}
