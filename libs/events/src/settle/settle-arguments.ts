import { PackedValues, type PackedValue } from '../connection/packed-values.js';
import { compareEntryIds } from '../stream/entry-id.js';
import { KeyPlaces } from '../stream/key-places.js';
import { Layouts } from '../stream/layouts.js';
import type { BufferedWrite, TrackedRead } from '../transaction/effects.js';
import type { SettledEvent, Settlement } from './settlement.js';

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

/** The part of the arguments that many settlements of one call share. */
class Head {
  private readonly layouts = new Layouts();
  private readonly streams: SettledStream[] = [];
  private readonly shapes: Shape[] = [];
  private last = 0;

  /** The place of the settlement's shape, from 1 as in Lua. */
  shapeOf(settlement: Settlement): number {
    // Mostly that of the settlement before.
    let place = this.last;
    if (!isLike(this.shapes[place]?.first, settlement)) {
      place = this.shapes.findIndex(({ first }) => isLike(first, settlement));
      if (place === -1) place = this.shapes.push({ first: settlement, stream: this.streamOf(settlement) }) - 1;
      this.last = place;
    }
    (this.shapes[place] as Shape).stream.add(settlement);
    return place + 1;
  }

  private streamOf(settlement: Settlement): SettledStream {
    const found = this.streams.find(({ key }) => key === settlement.stream);
    if (found) return found;
    const stream = new SettledStream(settlement, this.streams.length + 1);
    this.streams.push(stream);
    return stream;
  }

  values(places: KeyPlaces): PackedValue[] {
    const streams = this.streams.flatMap(({ key, notes, count, lowest, highest, newest, newestEvent }) => [
      places.placeOf(key),
      places.placeOf(notes),
      count,
      lowest,
      highest,
      newest,
      newestEvent,
    ]);
    const shapes = this.shapes.flatMap((shape) => this.valuesOf(shape));
    return [...this.layouts.values, this.streams.length, ...streams, this.shapes.length, ...shapes];
  }

  private valuesOf({ first, stream }: Shape): PackedValue[] {
    const { handler, handlers, noteBecomes, keyRule, reads, writes, events } = first;
    const values: PackedValue[] = [
      stream.place,
      handler,
      handlers.length,
      ...handlers,
      noteBecomes === undefined ? 0 : 1,
    ];
    values.push(keyRule?.rule ?? '', reads.length);
    for (const { command, args } of reads) values.push(command, args.length);
    values.push(writes.length);
    for (const { command, type, integer, args } of writes) values.push(command, type, integer, args.length);
    values.push(events.length);
    for (const { layout } of events) values.push(this.layouts.placeOf(layout));
    return values;
  }
}

/** What settlements share that differ only in their values. */
interface Shape {
  /** The first settlement of this shape. */
  first: Settlement;
  stream: SettledStream;
}

/** Whether two settlements differ only in their values. */
function isLike(one: Settlement | undefined, other: Settlement): boolean {
  if (one?.handlers !== other.handlers || one.handler !== other.handler || one.stream !== other.stream) return false;
  if ((one.noteBecomes === undefined) !== (other.noteBecomes === undefined)) return false;
  return (
    one.keyRule?.rule === other.keyRule?.rule &&
    areAll(one.reads, other.reads, isLikeRead) &&
    areAll(one.writes, other.writes, isLikeWrite) &&
    areAll(one.events, other.events, isLikeEvent)
  );
}

function areAll<T>(some: readonly T[], others: readonly T[], are: (one: T, other: T) => boolean): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) {
    if (!are(some[index] as T, others[index] as T)) return false;
  }
  return true;
}

function isLikeRead(one: TrackedRead, other: TrackedRead): boolean {
  return one.command === other.command && one.args.length === other.args.length;
}

function isLikeWrite(one: BufferedWrite, other: BufferedWrite): boolean {
  return (
    one.command === other.command &&
    one.type === other.type &&
    one.integer === other.integer &&
    one.args.length === other.args.length
  );
}

function isLikeEvent(one: SettledEvent, other: SettledEvent): boolean {
  return one.layout === other.layout;
}

class SettledStream {
  readonly key: string;
  readonly notes: string;
  count = 0;
  lowest: string;
  highest: string;
  /** The highest id of an entry that has an event id, and that event id; empty for none. */
  newest = '';
  newestEvent = '';

  /** @param place from 1 */
  constructor(
    { stream, notes, id }: Settlement,
    readonly place: number,
  ) {
    this.key = stream;
    this.notes = notes;
    this.lowest = id;
    this.highest = id;
  }

  add({ id, eventId }: Settlement): void {
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
  const { id, eventId, noteBecomes, keyRule, reads, writes, events } = settlement;
  values.add(head.shapeOf(settlement));
  values.add(id);
  values.add(eventId);
  if (noteBecomes !== undefined) values.add(noteBecomes);
  if (keyRule) {
    values.addAll([
      places.placeOf(keyRule.list),
      keyRule.original,
      places.placeOf(keyRule.stream),
      places.placeOf(keyRule.deadLetters),
      places.placeOf(keyRule.replays),
    ]);
  }
  for (const { key, args, digest } of reads) {
    values.add(places.placeOf(key));
    values.add(digest);
    values.addAll(args);
  }
  for (const { key, args } of writes) {
    values.add(places.placeOf(key));
    values.addAll(args);
  }
  for (const { stream, values: contents } of events) {
    values.add(places.placeOf(stream));
    values.addAll(contents);
  }
}
