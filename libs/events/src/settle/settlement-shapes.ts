import type { BufferedWrite, TrackedRead } from '../transaction/effects.js';
import { SettledStream } from './settled-stream.js';
import type { SettledEvent, Settlement } from './settlement.js';

/** What settlements share that differ only in their values. */
export interface Shape {
  /** From 1, as in Lua. */
  readonly place: number;
  /** The first settlement of this shape. */
  readonly first: Settlement;
  readonly stream: SettledStream;
}

/** The shapes and streams of the settlements of one call, each once. */
export class SettlementShapes {
  readonly all: Shape[] = [];
  readonly streams: SettledStream[] = [];
  private last: Shape | undefined;

  /** The shape of a settlement. A new one gets the next place. */
  of(settlement: Settlement): Shape {
    // Mostly that of the settlement before.
    if (this.last && isLike(this.last.first, settlement)) return this.last;
    this.last = this.all.find(({ first }) => isLike(first, settlement)) ?? this.add(settlement);
    return this.last;
  }

  private add(first: Settlement): Shape {
    const shape = { place: this.all.length + 1, first, stream: this.streamOf(first) };
    this.all.push(shape);
    return shape;
  }

  private streamOf(settlement: Settlement): SettledStream {
    const found = this.streams.find(({ streamKey }) => streamKey === settlement.streamKey);
    if (found) return found;
    const stream = new SettledStream(settlement, this.streams.length + 1);
    this.streams.push(stream);
    return stream;
  }
}

/** Whether two settlements differ only in their values. */
function isLike(one: Settlement, other: Settlement): boolean {
  return (
    one.handlers === other.handlers &&
    one.handler === other.handler &&
    one.streamKey === other.streamKey &&
    (one.noteBecomes === undefined) === (other.noteBecomes === undefined) &&
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
