import { weightOf, type Appendable } from './append-arguments.js';

/** Events and bytes of one script call; one event may be larger. */
export const LARGEST_BATCH = 100;
export const HEAVIEST_BATCH = 2 ** 20;

/** An event and the partition where it goes. */
export interface Placed {
  partition: number;
  appendable: Appendable;
}

/** The events of one call in one partition, and the place of each among all events of the call. */
export interface Part {
  partition: number;
  places: number[];
  appendable: Appendable[];
}

/** The events of one call by partition, each in the order of the call. */
export function inParts(placed: readonly Placed[]): Part[] {
  const parts = new Map<number, Part>();
  for (const [place, { partition, appendable }] of placed.entries()) {
    let part = parts.get(partition);
    if (!part) parts.set(partition, (part = { partition, places: [], appendable: [] }));
    part.places.push(place);
    part.appendable.push(appendable);
  }
  return [...parts.values()];
}

/** The events of one call in one partition, in parts that one script call takes. */
export function inBatches(events: readonly Appendable[]): Appendable[][] {
  const batches: Appendable[][] = [];
  let bytes = 0;
  for (const event of events) {
    const last = batches.at(-1);
    bytes += weightOf(event);
    if (last && last.length < LARGEST_BATCH && bytes <= HEAVIEST_BATCH) {
      last.push(event);
    } else {
      batches.push([event]);
      bytes = weightOf(event);
    }
  }
  return batches;
}
