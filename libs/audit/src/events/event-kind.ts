import type { StreamName } from '@shop/contracts/facts';
import type { Event } from './envelope.js';
import type { Check } from './shape.js';

/** Where a record comes from. */
export interface EntryOrigin {
  /** The stream entry's id. */
  id: string;
  /** Whether the simulation injected it as poison. */
  isPoison: boolean;
}

/** What a stream carries: an event type of the design, and what the laws need of it. */
export interface EventKind<Payload, EventRecord extends EntryOrigin> {
  readonly stream: StreamName;
  readonly type: string;
  /** Of the version: every minor version of it can be read. */
  readonly major: string;
  /** Who publishes it, and nobody else. */
  readonly source: string;
  /** What is wrong with a payload. */
  readonly problem: Check;
  /** The record of a payload with which nothing is wrong. */
  record(payload: Payload, origin: EntryOrigin): EventRecord;
}

/** Why an event is not of the kind that its stream carries; undefined when it is. */
export function whyForeign(event: Event, { type, major, source }: EventKind<never, EntryOrigin>): string | undefined {
  if (event.type !== type || event.version.split('.', 1)[0] !== major) {
    return `expected ${type} of version ${major}.x, got ${event.type} of version ${event.version}`;
  }
  return event.source === source ? undefined : `Expected ${type} from ${source}, got one from ${event.source}`;
}
