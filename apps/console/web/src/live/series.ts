import type { SeriesPoint } from '../../../src/contract/overview.js';

/** One point for each second of 15 minutes. */
const KEPT = 900;

/** Appends newer points to older ones, without duplicates, and keeps the last 15 minutes. */
export function joinPoints(older: readonly SeriesPoint[], newer: readonly SeriesPoint[]): readonly SeriesPoint[] {
  const lastMs = older.at(-1)?.atMs ?? -Infinity;
  return [...older, ...newer.filter((point) => point.atMs > lastMs)].slice(-KEPT);
}

/** From which distance of two points on a chart has a gap, in milliseconds. */
const GAP_MS = 3500;

/**
 * The columns of a chart: the times in seconds, then one column for each reader. A gap in time is a gap in the lines.
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
