import { PackedValues } from '../connection/packed-values.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { KeyPlaces } from '../stream/key-places.js';
import { Layouts } from '../stream/layouts.js';
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
  handler: string;
  /** All handlers of the event; the same array for events of one type. */
  handlers: readonly string[];
  /** What the handler's note becomes; undefined acknowledges the entry and deletes the notes of all handlers. */
  noteBecomes: string | undefined;
  /** Undefined where the order of the key does not matter. */
  key: KeyRule | undefined;
  reads: readonly TrackedRead[];
  writes: readonly BufferedWrite[];
  events: readonly Pick<BufferedEvent, 'stream' | 'layout' | 'values'>[];
}

/** The keys and arguments of `settle.lua`. */
export function settleArguments(
  { group, consumer }: { group: string; consumer: string },
  settlements: readonly Settlement[],
): { keys: string[]; values: (string | PackedValues)[] } {
  const places = new KeyPlaces();
  const head = new Head();
  const values = new PackedValues([settlements.length]);
  for (const settlement of settlements) addSettlement(values, places, head, settlement);
  return { keys: places.keys, values: [group, consumer, new PackedValues(head.values(places)), values] };
}

/** What many settlements of one call have in common. */
class Head {
  readonly layouts = new Layouts();
  private readonly streams: SettledStream[] = [];
  private readonly routes: Route[] = [];
  private last = 0;

  /** The settlement's route, counted from 1 as Lua does. */
  routeOf({ stream, notes, id, eventId, handler, handlers }: Settlement): number {
    // It is mostly that of the one before.
    let place = this.last;
    const last = this.routes[place];
    if (last?.handlers !== handlers || last.handler !== handler || last.stream.key !== stream) {
      place = this.routes.findIndex(
        (one) => one.handlers === handlers && one.handler === handler && one.stream.key === stream,
      );
      if (place === -1) place = this.routes.push({ stream: this.streamOf(stream, notes, id), handler, handlers }) - 1;
      this.last = place;
    }
    (this.routes[place] as Route).stream.add(id, eventId);
    return place + 1;
  }

  private streamOf(key: string, notes: string, id: string): SettledStream {
    const found = this.streams.find((one) => one.key === key);
    if (found) return found;
    const stream = new SettledStream(key, notes, this.streams.length + 1, id);
    this.streams.push(stream);
    return stream;
  }

  values(places: KeyPlaces): (string | number)[] {
    const values: (string | number)[] = [this.streams.length];
    for (const { key, notes, count, lowest, highest, newest, newestEvent } of this.streams) {
      values.push(places.placeOf(key), places.placeOf(notes), count, lowest, highest, newest, newestEvent);
    }
    values.push(this.routes.length);
    for (const { stream, handler, handlers } of this.routes) {
      values.push(stream.place, handler, handlers.length, ...handlers);
    }
    return values.concat(this.layouts.values);
  }
}

interface Route {
  stream: SettledStream;
  handler: string;
  handlers: readonly string[];
}

class SettledStream {
  count = 0;
  lowest: string;
  highest: string;
  /** The highest id of an entry that has an event id, and that; empty for none. */
  newest = '';
  newestEvent = '';

  /** @param place counted from 1 */
  constructor(
    readonly key: string,
    readonly notes: string,
    readonly place: number,
    firstId: string,
  ) {
    this.lowest = firstId;
    this.highest = firstId;
  }

  add(id: string, eventId: string): void {
    this.count += 1;
    if (compareEntryIds(id, this.highest) > 0) this.highest = id;
    else if (compareEntryIds(id, this.lowest) < 0) this.lowest = id;
    if (eventId !== '' && (id === this.highest || this.newest === '' || compareEntryIds(id, this.newest) > 0)) {
      this.newest = id;
      this.newestEvent = eventId;
    }
  }
}

function addSettlement(values: PackedValues, places: KeyPlaces, head: Head, settlement: Settlement): void {
  const { id, eventId, noteBecomes, key, reads, writes, events } = settlement;
  values.add(countOf(settlement));
  values.add(head.routeOf(settlement));
  values.add(id);
  values.add(eventId);
  values.add(noteBecomes ?? '');
  values.add(key?.rule ?? '');
  if (key) {
    values.addAll([places.placeOf(key.list), key.original, places.placeOf(key.letters), places.placeOf(key.replays)]);
  }
  values.add(reads.length);
  for (const { command, key: name, args, digest } of reads) {
    values.add(command);
    values.add(places.placeOf(name));
    values.add(digest);
    values.add(args.length);
    values.addAll(args);
  }
  values.add(writes.length);
  for (const { command, key: name, type, integer, args } of writes) {
    values.add(command);
    values.add(type);
    values.add(integer);
    values.add(places.placeOf(name));
    values.add(args.length);
    values.addAll(args);
  }
  values.add(events.length);
  for (const { stream, layout, values: contents } of events) {
    values.add(places.placeOf(stream));
    values.add(head.layouts.placeOf(layout));
    values.addAll(contents);
  }
}

/** How many values a settlement is, this number included. */
function countOf({ key, reads, writes, events }: Settlement): number {
  let count = key ? 13 : 9;
  for (const { args } of reads) count += 4 + args.length;
  for (const { args } of writes) count += 5 + args.length;
  for (const { values } of events) count += 2 + values.length;
  return count;
}

/** How long its arguments are, about: bytes, as if all of them were ASCII. */
export function weightOf({ writes, events }: Settlement): number {
  let weight = 0;
  for (const { args } of writes) for (const arg of args) weight += arg.length;
  for (const { values } of events) for (const value of values) weight += value.length;
  return weight;
}
