/** What one consumer group has still to do on one stream. */
export interface GroupWork {
  stream: string;
  /** Given to it and not handled yet. */
  pending: number;
  /** Not given to it yet; null when there are some and nobody knows how many. */
  lag: number | null;
}

/**
 * How many orders may be placed now, so that the shop never has more than `bound` events to carry: of each stream what
 * its slowest group has not handled, all streams together. Where that is not known, none: a group that comes to the end
 * of its stream is known again.
 */
export function roomFor(work: readonly GroupWork[], bound: number): number {
  const slowest = new Map<string, number>();
  for (const { stream, pending, lag } of work) {
    slowest.set(stream, Math.max(slowest.get(stream) ?? 0, pending + (lag ?? Infinity)));
  }
  const backlog = [...slowest.values()].reduce((sum, open) => sum + open, 0);
  return Math.max(0, bound - backlog);
}
