import { groupBy } from 'nestjs-event-streams/internal';
import type { Totals } from '../contract/overview.js';
import { isWorker } from '../observe/consumer-state.js';
import type { Picture, SeenGroup, SeenStream } from '../observe/picture.js';

/** A group's name over all the streams that it reads. */
export interface GroupTotal {
  name: string;
  perSecond: number | null;
  lag: number | null;
  lagMs: number;
  pending: number;
  parts: { stream: SeenStream; group: SeenGroup }[];
}

/** Groups by name, sorted. */
export function groupTotals({ streams }: Pick<Picture, 'streams'>): GroupTotal[] {
  const parts = [...streams.values()].flatMap((stream) =>
    [...stream.groups.values()].map((group) => ({ stream, group })),
  );
  return [...groupBy(parts, ({ group }) => group.name)]
    .map(([name, own]) => ({
      name,
      perSecond: sumOf(own.map(({ group }) => group.meter.perSecond)),
      lag: sumOf(own.map(({ group }) => group.lag)),
      lagMs: Math.max(0, ...own.map(({ group }) => group.lagMs)),
      pending: own.reduce((sum, { group }) => sum + group.pending, 0),
      parts: own,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The totals over all streams. */
export function totalsOf(picture: Picture): Totals {
  const streams = [...picture.streams.values()];
  const groups = groupTotals(picture);
  const consumers = new Set(
    groups.flatMap(({ parts }) =>
      parts.flatMap(({ group }) =>
        (group.consumerRows ?? [])
          .map(({ name }) => name)
          .filter((name) => isWorker(name) && !picture.goneSinceMs.has(name)),
      ),
    ),
  );
  return {
    publishedPerSecond: sumOf(streams.map(({ meter }) => meter.perSecond)),
    handledPerSecond: sumOf(groups.map(({ perSecond }) => perSecond)),
    lag: sumOf(groups.map(({ lag }) => lag)),
    lagMs: Math.max(0, ...groups.map(({ lagMs }) => lagMs)),
    pending: groups.reduce((sum, { pending }) => sum + pending, 0),
    deadLetters: streams.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    consumers: consumers.size,
  };
}

/** Null if one of the values is not known. */
export function sumOf(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum;
}
