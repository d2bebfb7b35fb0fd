import { PackedValues, type PackedValue } from '../connection/packed-values.js';
import { KeyPlaces } from '../stream/scripts/key-places.js';
import { Layouts } from '../stream/entries/layouts.js';
import type { SettledStream } from './settled-stream.js';
import type { Settlement } from './settlement.js';
import { SettlementShapes, type Shape } from './settlement-shapes.js';

/**
 * The keys and arguments of `settle.lua`, in the order of its header: what many settlements share comes once, in a head, and then the
 * values of each settlement.
 */
export function settleArguments(
  { group, consumer }: { group: string; consumer: string },
  settlements: readonly Settlement[],
): { keys: string[]; values: (string | PackedValues)[] } {
  const places = new KeyPlaces();
  const shapes = new SettlementShapes();
  const values = new PackedValues([settlements.length]);
  for (const settlement of settlements) {
    const shape = shapes.of(settlement);
    shape.stream.add(settlement);
    addSettlement(values, places, shape, settlement);
  }
  const head = new PackedValues(headOf(shapes, places));
  return { keys: places.keys, values: [group, consumer, head, values] };
}

/** Layouts of events, streams, shapes. */
function headOf(shapes: SettlementShapes, places: KeyPlaces): PackedValue[] {
  const layouts = new Layouts();
  const ofStreams = shapes.streams.flatMap((stream) => valuesOfStream(stream, places));
  const ofShapes = shapes.all.flatMap((shape) => valuesOfShape(shape, layouts));
  return [...layouts.values, shapes.streams.length, ...ofStreams, shapes.all.length, ...ofShapes];
}

function valuesOfStream(stream: SettledStream, places: KeyPlaces): PackedValue[] {
  const { streamKey, notes, count, lowest, highest, newest, newestEvent } = stream;
  return [places.placeOf(streamKey), places.placeOf(notes), count, lowest, highest, newest, newestEvent];
}

function valuesOfShape({ first, stream }: Shape, layouts: Layouts): PackedValue[] {
  const { handler, handlers, noteBecomes, keyRule, reads, writes, events } = first;
  const isNoted = noteBecomes === undefined ? 0 : 1;
  const values: PackedValue[] = [stream.place, handler, handlers.length, ...handlers, isNoted, keyRule?.rule ?? ''];
  values.push(reads.length);
  for (const { command, args } of reads) values.push(command, args.length);
  values.push(writes.length);
  for (const { command, type, integer, args } of writes) values.push(command, type, integer, args.length);
  values.push(events.length);
  for (const { layout } of events) values.push(layouts.placeOf(layout));
  return values;
}

function addSettlement(values: PackedValues, places: KeyPlaces, shape: Shape, settlement: Settlement): void {
  const { id, eventId, noteBecomes, keyRule, reads, writes, events } = settlement;
  values.add(shape.place);
  values.add(id);
  values.add(eventId);
  if (noteBecomes !== undefined) values.add(noteBecomes);
  if (keyRule) {
    values.addAll([
      places.placeOf(keyRule.list),
      keyRule.original,
      places.placeOf(keyRule.streamKey),
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
  for (const { streamKey, values: contents } of events) {
    values.add(places.placeOf(streamKey));
    values.addAll(contents);
  }
}
