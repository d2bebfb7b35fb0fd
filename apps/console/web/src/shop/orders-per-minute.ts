import type { SeriesPoint } from '../../../src/contract/overview.js';

const WINDOW_MS = 60_000;
const ORDERS = 'orders';

/** Orders a minute at each moment, over the minute before it, or as much of it as is known. */
export function ordersPerMinute(points: readonly SeriesPoint[]): { atMs: number; perMinute: number | null }[] {
  let from = 0;
  let sum = 0;
  let known = 0;
  const add = (point: SeriesPoint, sign: 1 | -1): void => {
    const perSecond = point.published[ORDERS] ?? null;
    if (perSecond === null) return;
    sum += sign * perSecond;
    known += sign;
  };
  return points.map((point) => {
    add(point, 1);
    for (;;) {
      const oldest = points[from];
      if (oldest === undefined || point.atMs - oldest.atMs < WINDOW_MS) break;
      add(oldest, -1);
      from += 1;
    }
    return { atMs: point.atMs, perMinute: known === 0 ? null : Math.max(0, (sum / known) * 60) };
  });
}
