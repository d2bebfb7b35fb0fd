import type { Holding } from '../read/holdings.js';
import type { Pause } from './pauses.js';
import { readEvent, type ReadEvent } from './read-event.js';

/** An entry that was taken, and what it holds; or why nobody can read it. */
export type Accepted = {
  holding: Holding;
  /** The pauses in which it was set aside, where several handlers had one. */
  left?: readonly Pause[];
} & (ReadEvent | { thrown: unknown });

/** Reads an entry. Never throws. */
export function acceptedOf(holding: Holding): Accepted {
  try {
    const { event, handlers } = readEvent(holding);
    return { holding, event, handlers };
  } catch (thrown) {
    return { holding, thrown };
  }
}

/** Whose order it keeps: its key's. Without one, or where it cannot be read, there is none: it has a lane of its own. */
export function laneOf(accepted: Accepted): string {
  const key = 'thrown' in accepted ? undefined : accepted.event.partition_key;
  return key ?? accepted.holding.key;
}
