import type { SeriesPoint } from '../../../src/contract/overview.js';

/** A quarter of an hour, a point for each second. */
const KEPT = 900;

/** Appends newer points to older ones; each moment is there once, and only the last quarter of an hour is kept. */
export function joinPoints(older: readonly SeriesPoint[], newer: readonly SeriesPoint[]): readonly SeriesPoint[] {
  const lastMs = older.at(-1)?.atMs ?? -Infinity;
  return [...older, ...newer.filter((point) => point.atMs > lastMs)].slice(-KEPT);
}

/** A longer silence than this, in milliseconds, is a gap in the lines of a chart. */
const GAP_MS = 3500;

/**
 * Columns for a chart, from points: the times in seconds, then one column for each reader; a gap in time is a gap in
 * the lines.
 */
export function columns<P extends { atMs: number }>(
  points: readonly P[],
  readers: readonly ((point: P) => number | null | undefined)[],
): [number[], ...(number | null)[][]] {
  const times: number[] = [];
  const values: (number | null)[][] = readers.map(() => []);
  let beforeMs: number | null = null;
  for (const point of points) {
    if (beforeMs !== null && point.atMs - beforeMs > GAP_MS) {
      times.push((beforeMs + 1000) / 1000);
      for (const column of values) column.push(null);
    }
    beforeMs = point.atMs;
    times.push(point.atMs / 1000);
    readers.forEach((read, index) => values[index]?.push(read(point) ?? null));
  }
  return [times, ...values];
}
