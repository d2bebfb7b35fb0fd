import { KeyPlaces } from '../stream/key-places.js';
import type { BufferedEvent, BufferedWrite, TrackedRead } from '../transaction/transaction.js';

/** What a settlement means for the other events of the same key; see `lua/settle.lua`. */
export interface KeyRule {
  rule: 'free' | 'park' | 'follow' | 'return' | 'release';
  /** The key of the list of parked events. */
  list: string;
  /** The original's entry id. */
  original: string;
  /** The keys of the dead letters and of the group's replays. */
  letters: string;
  replays: string;
}

/** One settlement: of a delivery, for one of its handlers. */
export interface Settlement {
  /** The stream's key, and the key of the group's delivery notes. */
  stream: string;
  notes: string;
  id: string;
  /** Empty for an entry that could not be decoded. */
  eventId: string;
  /** This handler's field in the notes, and what it becomes; undefined acknowledges the entry. */
  note: string;
  noteBecomes: string | undefined;
  /** All fields of this entry in the notes, to be deleted with the acknowledgement. */
  obsolete: readonly string[];
  /** Undefined where the order of the key does not matter. */
  key?: KeyRule | undefined;
  reads?: readonly TrackedRead[];
  writes?: readonly BufferedWrite[];
  events?: readonly Pick<BufferedEvent, 'stream' | 'fields'>[];
}

/** The keys and arguments of `settle.lua`. */
export function settleArguments(
  { group, consumer }: { group: string; consumer: string },
  settlements: readonly Settlement[],
): { keys: string[]; values: (string | number)[] } {
  const places = new KeyPlaces();
  const values: (string | number)[] = [group, consumer, settlements.length];
  for (const settlement of settlements) push(values, places, settlement);
  return { keys: places.keys, values };
}

function push(values: (string | number)[], places: KeyPlaces, settlement: Settlement): void {
  const { stream, notes, id, eventId, note, noteBecomes, obsolete, key } = settlement;
  const { reads = [], writes = [], events = [] } = settlement;
  values.push(places.placeOf(stream), places.placeOf(notes), id, eventId, note, noteBecomes ?? '');
  values.push(obsolete.length, ...obsolete);
  values.push(key?.rule ?? '');
  if (key) {
    values.push(places.placeOf(key.list), key.original, places.placeOf(key.letters), places.placeOf(key.replays));
  }
  values.push(reads.length);
  for (const { command, key: name, args, digest } of reads) {
    values.push(command, places.placeOf(name), args.length, ...args, digest);
  }
  values.push(writes.length);
  for (const { command, key: name, type, integer, args } of writes) {
    values.push(command, type, integer, places.placeOf(name), args.length, ...args);
  }
  values.push(events.length);
  for (const { stream: target, fields } of events) values.push(places.placeOf(target), fields.length, ...fields);
}

/** How long its arguments are, about: bytes, as if all of them were ASCII. */
export function weightOf({ writes = [], events = [] }: Settlement): number {
  let weight = 0;
  for (const { args } of writes) for (const arg of args) weight += arg.length;
  for (const { fields } of events) for (const field of fields) weight += field.length;
  return weight;
}
