import type { MonitoredEntry } from 'nestjs-event-streams';
import { cut } from '../streams/entry-summary.js';
import type { SeenProducer } from './picture.js';

/** A source that was not seen for so long is no producer any more. */
const PRODUCERS_FOR_MS = 5 * 60_000;
/** How much the newest sample counts for a producer's share. */
const NEW_SHARE = 0.3;
/** Sources that are told apart on one stream, and what is kept of their names: whoever publishes may call itself anything. */
const MAX_PRODUCERS = 50;
const MAX_SOURCE_LENGTH = 256;

/** Updates who publishes on a stream, and how much of it, by a sample of its newest entries. */
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
