/** The work of a consumer group on one stream that is not done yet. */
export interface GroupWork {
  stream: string;
  /** Entries that were delivered but not settled. */
  pending: number;
  /** Entries that were not delivered yet; null if there are some and Redis does not know how many. */
  lag: number | null;
}

/**
 * How many orders may be placed now, so that the backlog of the shop never exceeds `bound` events. The backlog is what the slowest group
 * of each stream has not handled, summed over the streams. If a lag is unknown, the result is 0; the lag is known again when the group has
 * reached the end of its stream.
 */
export function roomFor(work: readonly GroupWork[], bound: number): number {
  const slowest = new Map<string, number>();
  for (const { stream, pending, lag } of work) {
    slowest.set(stream, Math.max(slowest.get(stream) ?? 0, pending + (lag ?? Infinity)));
  }
  const backlog = [...slowest.values()].reduce((sum, open) => sum + open, 0);
  return Math.max(0, bound - backlog);
}
