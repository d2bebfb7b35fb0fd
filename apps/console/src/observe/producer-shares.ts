import type { MonitoredEntry } from 'nestjs-event-streams';
import { cut } from '../streams/entry-summary.js';
import type { SeenProducer } from './picture.js';

/** A source without events for this long is not a producer any more, in milliseconds. */
const PRODUCERS_FOR_MS = 5 * 60_000;
/** The weight of the newest sample in a producer's share, 0 to 1. */
const NEW_SHARE = 0.3;
/** How many sources of one stream are kept, and how many characters of their names: publishers choose their names themselves. */
const MAX_PRODUCERS = 50;
const MAX_SOURCE_LENGTH = 256;

/** Updates the producers of a stream and their shares by a sample of its newest entries. */
export function noteProducers(
  producers: Map<string, SeenProducer>,
  sample: readonly MonitoredEntry[],
  nowMs: number,
): void {
  const counts = new Map<string, number>();
  for (const { event } of sample) {
    if (!event) continue;
    const source = cut(event.source, MAX_SOURCE_LENGTH);
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  for (const [source, { share, seenMs }] of producers) {
    if (nowMs - seenMs > PRODUCERS_FOR_MS) producers.delete(source);
    else if (all > 0) producers.set(source, { share: share * (1 - NEW_SHARE), seenMs });
  }
  const isFirst = producers.size === 0;
  for (const [source, count] of counts) {
    const known = producers.get(source);
    if (!known && producers.size >= MAX_PRODUCERS) continue;
    const share = isFirst ? count / all : (known?.share ?? 0) + (NEW_SHARE * count) / all;
    producers.set(source, { share, seenMs: nowMs });
  }
}
