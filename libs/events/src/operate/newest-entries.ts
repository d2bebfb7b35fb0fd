import type { MonitorClient } from '../stream/questions/monitor-client.js';
import { MAX_WHOLE_BYTES } from '../stream/questions/peek.js';
import { rangePages } from '../stream/questions/range-pages.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';

/** The last entries of a stream, newest first, reply by reply. @param key the stream's */
export async function newestEntries(
  monitor: MonitorClient,
  key: string,
  count: number,
  wholeBytes = MAX_WHOLE_BYTES,
): Promise<StreamEntry[]> {
  const found: StreamEntry[] = [];
  for await (const { entries } of rangePages(monitor, key, { order: 'newest-first', wholeBytes })) {
    for (const entry of entries.slice(0, count - found.length)) found.push(entry);
    if (found.length >= count) break;
  }
  return found;
}
