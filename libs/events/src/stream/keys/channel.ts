import { pairs } from '../entries/pairs.js';
import type { StreamEntry } from '../entries/stream-entry.js';

/** Where every stream begins. */
export const BEGINNING = '0';

/** A stream as one group reads it: the stream itself, or the dead letters of it that come back to this group alone. */
export interface Channel {
  /** The stream's key. */
  key: string;
  /** The key of the group's delivery notes on it. */
  notes: string;
  /** Whether it holds replays: its entries go when they are settled, and carry where they came from. */
  isReplay: boolean;
  /** After which entry the group begins where it is new. */
  start: string;
}

/** What a replayed entry carries besides the original's fields. */
export interface ReplayOrigin {
  /** The entry that became a dead letter: its stream's key, and its id. */
  streamKey: string;
  id: string;
  /** The handler that failed; only it gets the event again. */
  handler: string;
  /** How often the event was replayed, this time included. */
  replays: number;
}

/** Of the fields that `lua/parked.lua` adds at the end of what is replayed: field, value, field, value, … */
const ADDED = 8;
const PREFIX = 'replay_';

/** Takes the origin out of a replayed entry; the rest is the event as it was. */
export function splitReplay({ id, fields, bytes }: StreamEntry): { origin: ReplayOrigin; entry: StreamEntry } {
  const added = new Map(pairs((fields ?? []).slice(-ADDED)));
  const text = (name: string): string => added.get(PREFIX + name) ?? '';
  const origin = {
    streamKey: text('stream'),
    id: text('id'),
    handler: text('handler'),
    replays: Number(text('count') || 1),
  };
  // What an event has under such a name is its own.
  return { origin, entry: { id, fields: (fields ?? []).slice(0, -ADDED), bytes: bytes?.slice(0, -ADDED) } };
}
