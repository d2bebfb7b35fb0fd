import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { fieldText } from '../stream/raw-entry.js';
import type { Pause } from '../delivery/pause.js';
import { isSealed, readEvent, type ReadEvent, type SealedEvent } from './read-event.js';

/** An entry that was taken. One in quarantine is not read yet: workers may have died while they decoded it. */
export interface Unread {
  inFlight: InFlightDelivery;
  /** The pauses in which it was deferred, where several handlers had one. */
  pauses?: readonly Pause[];
}

/** An entry that was taken, and what it holds, if it was read; or why nobody can read it. */
export type Accepted = Unread & (ReadEvent | { toOpen: SealedEvent } | { thrown: unknown } | { isUnread: true });

/** Reads an entry, unless it is quarantined. Never throws. */
export function acceptedOf(inFlight: InFlightDelivery): Accepted {
  if (inFlight.isQuarantined) return { inFlight, isUnread: true };
  try {
    const read = readEvent(inFlight);
    if (isSealed(read)) return { inFlight, toOpen: read };
    const { event, handlers } = read;
    return { inFlight, event, handlers };
  } catch (thrown) {
    return { inFlight, thrown };
  }
}

/** The key whose order it keeps. An entry without a partition key, or that cannot be read, has a key of its own. */
export function orderingKeyOf(accepted: Accepted): string {
  const { inFlight } = accepted;
  if ('isUnread' in accepted) return fieldText(inFlight.entry, 'partition_key') ?? inFlight.entryRef;
  if ('toOpen' in accepted) return accepted.toOpen.event.partition_key ?? inFlight.entryRef;
  return ('event' in accepted ? accepted.event.partition_key : undefined) ?? inFlight.entryRef;
}
