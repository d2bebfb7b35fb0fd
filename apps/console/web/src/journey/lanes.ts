import type { Journey, JourneyEvent, JourneyHandling } from '../../../src/contract/journey.js';
import { entryKey } from '../live/tail.js';

/** The work of a service on an event, from the time of publishing. */
export interface Bar {
  event: JourneyEvent;
  handling: JourneyHandling;
  fromMs: number;
  toMs: number;
  /** `answered`: ends with the answer. `open`: ends now. `failed`: ends with the last known attempt. */
  kind: 'answered' | 'open' | 'failed';
  row: number;
}

/** Marks that a group has settled an event; Redis does not record when. */
export interface Tick {
  event: JourneyEvent;
  handling: JourneyHandling;
  atMs: number;
}

/** An event at the time of its publishing. */
export interface Mark {
  event: JourneyEvent;
  atMs: number;
  row: number;
}

/** The part of one service. */
export interface Lane {
  name: string;
  rows: number;
  bars: Bar[];
  ticks: Tick[];
  marks: Mark[];
}

/** The journey as lanes. */
export interface Lanes {
  lanes: Lane[];
  /** From the first event to the end of the timeline. */
  spanMs: number;
}

/** Arranges a journey in lanes, one for each service, in the order in which the services take part. */
export function toLanes({ events, elapsedMs }: Journey): Lanes {
  const lanes = new Map<string, Lane>();
  const lane = (name: string): Lane => {
    const known = lanes.get(name) ?? { name, rows: 1, bars: [], ticks: [], marks: [] };
    lanes.set(name, known);
    return known;
  };
  let endMs = elapsedMs;
  const startMs = (events[0]?.entry.atMs ?? 0) - (events[0]?.afterMs ?? 0);
  for (const event of events) {
    lane(event.event.source);
    for (const handling of event.handledBy) {
      const bar = barOf(event, handling, startMs);
      if (bar === null) continue;
      endMs = Math.max(endMs, bar.toMs);
      const own = lane(handling.source ?? handling.group);
      const row = freeRow(own.bars, bar.fromMs);
      own.rows = Math.max(own.rows, row + 1);
      own.bars.push({ ...bar, row });
    }
  }
  for (const event of events) {
    const own = lane(event.event.source);
    const row = freeMarkRow(own.marks, event.afterMs, rowOfAnswer(own, event), endMs);
    own.rows = Math.max(own.rows, row + 1);
    own.marks.push({ event, atMs: event.afterMs, row });
    for (const handling of event.handledBy) {
      if (barOf(event, handling, startMs) !== null) continue;
      const settled = handling.state === 'settled';
      if (settled) lane(handling.source ?? handling.group).ticks.push({ event, handling, atMs: event.afterMs });
    }
  }
  return { lanes: [...lanes.values()], spanMs: Math.max(1, endMs) };
}

function barOf(event: JourneyEvent, handling: JourneyHandling, startMs: number): Omit<Bar, 'row'> | null {
  const fromMs = event.afterMs;
  const common = { event, handling, fromMs };
  if (handling.answeredAfterMs !== null) {
    return { ...common, toMs: fromMs + handling.answeredAfterMs, kind: 'answered' };
  }
  if (handling.state === 'dead-lettered' || handling.state === 'replaying') {
    return { ...common, toMs: Math.max(fromMs, (handling.givenUpMs ?? 0) - startMs), kind: 'failed' };
  }
  if (handling.openMs !== null) return { ...common, toMs: fromMs + handling.openMs, kind: 'open' };
  return null;
}

function freeRow(bars: readonly Bar[], fromMs: number): number {
  for (let row = 0; ; row += 1) {
    if (bars.every((bar) => bar.row !== row || bar.toMs <= fromMs)) return row;
  }
}

/** Marks closer than this share of the width would overlap. */
const NEAR = 0.015;

function freeMarkRow(marks: readonly Mark[], atMs: number, wanted: number, spanMs: number): number {
  for (let row = wanted; ; row += 1) {
    if (marks.every((mark) => mark.row !== row || Math.abs(mark.atMs - atMs) > spanMs * NEAR)) return row;
  }
}

function rowOfAnswer(lane: Lane, event: JourneyEvent): number {
  const key = entryKey(event.entry);
  return lane.bars.find((bar) => bar.handling.answers.some((answer) => entryKey(answer) === key))?.row ?? 0;
}

/** Round times for the axis: about `wanted` of them. */
export function axisTicks(spanMs: number, wanted: number): number[] {
  const rough = spanMs / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, index) => index * step);
}
