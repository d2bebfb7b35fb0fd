import type { Lane, Lanes } from './lanes.js';

const ROW = 34;
const LANE_PAD = 10;
const LABEL = 20;
/** Below this width, in pixels, the names of lanes are above the lanes. */
const NARROW = 560;
/** Space at the right for the name of the last event, in pixels; in a narrow timeline, late names are at the left. */
const TAIL = { wide: 170, narrow: 16 };
const NAMES = 150;
/** The width that the text of a bar needs, in pixels. */
const TEXT_ROOM = 76;
/** From this share of a narrow timeline on, an event's name is at the left of its mark. */
const LATE_SHARE = 0.45;

/** Where everything is in a timeline. Across it positions are shares, as CSS percentages; down it they are pixels. */
export interface LaneGeometry {
  /** Whether the names of lanes are above the lanes instead of beside them. */
  isNarrow: boolean;
  /** Of all lanes, in pixels. */
  height: number;
  heightOf: (lane: Lane) => number;
  topOf: (lane: Lane) => number;
  /** The position of a time, or the width of a duration, in milliseconds from the first event on. */
  x: (ms: number) => string;
  /** The middle of a row of a lane. */
  y: (lane: Lane, row: number) => number;
  /** Whether the text of a bar fits into it. */
  hasRoom: (ms: number) => boolean;
  /** Whether the name of an event has to be at the left of its mark. */
  isLate: (ms: number) => boolean;
}

/** Arranges lanes in a place of `width` pixels. Pure. */
export function geometryOf({ lanes, spanMs }: Lanes, width: number): LaneGeometry {
  const isNarrow = width < NARROW;
  const head = isNarrow ? LABEL : 0;
  const heightOf = (lane: Lane): number => head + lane.rows * ROW + 2 * LANE_PAD;
  const tops = new Map<string, number>();
  let height = 0;
  for (const lane of lanes) {
    tops.set(lane.name, height);
    height += heightOf(lane);
  }
  const topOf = (lane: Lane): number => tops.get(lane.name) ?? 0;
  const room = Math.max(1, isNarrow ? width : width - NAMES);
  const used = Math.max(0.5, 1 - (isNarrow ? TAIL.narrow : TAIL.wide) / room);
  return {
    isNarrow,
    height,
    heightOf,
    topOf,
    x: (ms) => `${String((ms / spanMs) * used * 100)}%`,
    y: (lane, row) => topOf(lane) + head + LANE_PAD + row * ROW + ROW / 2,
    hasRoom: (ms) => (ms / spanMs) * used * room > TEXT_ROOM,
    isLate: (ms) => isNarrow && ms > spanMs * LATE_SHARE,
  };
}
