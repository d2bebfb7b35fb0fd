import { duration } from 'nestjs-event-streams/internal';
import type { GroupLook } from './look.js';
import type { Cell } from './terminal/table.js';
import { number } from './terminal/text.js';

/** From here on a time is marked. */
const LONG_MS = 10_000;

/** `–` for what is nothing, so that what is something stands out. */
export const NONE = '–';

/** A lag in events; Redis does not always know it, which is not 0. */
export function lagCell({ lag, lagMs }: Pick<GroupLook, 'lag' | 'lagMs'>): Cell {
  const known = lag ?? (lagMs === 0 ? 0 : null);
  return known === null ? { text: '?', style: 'yellow' } : countCell(known);
}

export function countCell(value: number): Cell {
  return value === 0 ? NONE : number(value);
}

/** @param isThere whether there is anything whose age it is */
export function timeCell(ms: number, isThere = ms > 0): Cell {
  if (!isThere) return NONE;
  return ms < LONG_MS ? duration(ms) : { text: duration(ms), style: 'yellow' };
}

export function rateCell(rate: number | null): Cell {
  if (rate === null || rate < 0.05) return NONE;
  return rate < 100 ? rate.toFixed(1) : number(Math.round(rate));
}
