import type { Holding } from '../read/holdings.js';
import { fieldText } from '../stream/raw-entry.js';
import type { Pause } from './pauses.js';
import { isSealed, readEvent, type ReadEvent, type SealedEvent } from './read-event.js';

/** An entry that was taken. A suspect is not read yet: workers may have ended while they decoded it. */
export interface Unread {
  holding: Holding;
  /** The pauses in which it was set aside, where several handlers had one. */
  left?: readonly Pause[];
}

/** An entry that was taken, and what it holds, if it was read; or why nobody can read it. */
export type Accepted = Unread & (ReadEvent | { toOpen: SealedEvent } | { thrown: unknown } | { isUnread: true });

/** Reads an entry, unless workers may have ended of that. Never throws. */
export function acceptedOf(holding: Holding): Accepted {
  if (holding.isSuspect) return { holding, isUnread: true };
  try {
    const read = readEvent(holding);
    if (isSealed(read)) return { holding, toOpen: read };
    const { event, handlers } = read;
    return { holding, event, handlers };
  } catch (thrown) {
    return { holding, thrown };
  }
}

/** Whose order it keeps: its key's. Without one, or where it cannot be read, there is none: it has a lane of its own. */
export function laneOf(accepted: Accepted): string {
  const { holding } = accepted;
  if ('isUnread' in accepted) return fieldText(holding.entry, 'partition_key') ?? holding.key;
  if ('toOpen' in accepted) return accepted.toOpen.event.partition_key ?? holding.key;
  return ('event' in accepted ? accepted.event.partition_key : undefined) ?? holding.key;
}
