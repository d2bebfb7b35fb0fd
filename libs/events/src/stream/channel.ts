import { pairs } from './pairs.js';

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
  stream: string;
  id: string;
  /** The handler that failed; only it gets the event again. */
  handler: string;
  /** How often the event was replayed, this time included. */
  replays: number;
}

/** Of the fields that `lua/parked.lua` adds to what is replayed. */
const PREFIX = 'replay_';

/** Takes the origin out of a replayed entry's fields; the rest is the event as it was. */
export function splitReplay(fields: readonly string[]): { origin: ReplayOrigin; event: string[] } {
  const about = new Map<string, string>();
  const event: string[] = [];
  for (const [name, value] of pairs(fields)) {
    if (name.startsWith(PREFIX)) about.set(name.slice(PREFIX.length), value);
    else event.push(name, value);
  }
  const origin = {
    stream: about.get('stream') ?? '',
    id: about.get('id') ?? '',
    handler: about.get('handler') ?? '',
    replays: Number(about.get('count') ?? 1),
  };
  return { origin, event };
}
