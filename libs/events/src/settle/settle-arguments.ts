import { KeyPlaces } from '../stream/key-places.js';
import type { BufferedEvent, BufferedWrite, TrackedRead } from '../transaction/transaction.js';

/** One settlement: of a delivery, for one of its handlers. */
export interface Settlement {
  /** The stream's key, and the key of the group's delivery notes. */
  stream: string;
  notes: string;
  group: string;
  consumer: string;
  id: string;
  /** Empty for an entry that could not be decoded. */
  eventId: string;
  /** This handler's field in the notes, and what it becomes; undefined acknowledges the entry. */
  note: string;
  noteBecomes: string | undefined;
  /** All fields of this entry in the notes, to be deleted with the acknowledgement. */
  obsolete: readonly string[];
  reads?: readonly TrackedRead[];
  writes?: readonly BufferedWrite[];
  events?: readonly Pick<BufferedEvent, 'stream' | 'fields'>[];
}

/** The keys and arguments of `settle.lua`. */
export function settleArguments(settlement: Settlement): { keys: string[]; values: (string | number)[] } {
  const { group, consumer, id, eventId, note, noteBecomes, obsolete } = settlement;
  const { reads = [], writes = [], events = [] } = settlement;
  const places = new KeyPlaces(settlement.stream, settlement.notes);
  const values: (string | number)[] = [group, consumer, id, eventId, note, noteBecomes ?? ''];
  values.push(obsolete.length, ...obsolete);
  values.push(reads.length);
  for (const { command, key, args, digest } of reads) {
    values.push(command, places.placeOf(key), args.length, ...args, digest);
  }
  values.push(writes.length);
  for (const { command, key, type, integer, args } of writes) {
    values.push(command, type, integer, places.placeOf(key), args.length, ...args);
  }
  values.push(events.length);
  for (const { stream, fields } of events) values.push(places.placeOf(stream), fields.length, ...fields);
  return { keys: places.keys, values };
}
