import { splitReplay } from '../stream/keys/channel.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { rangePages } from '../stream/questions/range-pages.js';

/** A dead letter on its way back to its group. */
export interface PendingReplay {
  /** Its id among the group's replays. */
  id: string;
  /** The group that gets it. */
  group: string;
  /** The handler that gets it. */
  handler: string;
  /** The id of the entry that it was. */
  entryId: string;
}

/** How many replays of one group are looked through, in each partition. */
const MAX_REPLAYS = 10_000;
/** Up to which size a replay is read whole, in bytes: only where it came from is of interest. */
const ORIGIN_BYTES = 8 * 1024;

/** What was replayed to these groups and is not settled since. */
export async function pendingReplaysOf(
  monitor: MonitorClient,
  partitions: Partitions,
  stream: string,
  groups: readonly string[],
): Promise<PendingReplay[]> {
  const found: PendingReplay[] = [];
  for (const keyspace of partitions.all) {
    for (const group of groups) {
      let left = MAX_REPLAYS;
      const { key } = keyspace.replays(stream, group);
      for await (const { entries } of rangePages(monitor, key, { wholeBytes: ORIGIN_BYTES })) {
        for (const entry of entries) {
          const { origin } = splitReplay(entry);
          found.push({ id: entry.id, group, handler: origin.handler, entryId: origin.id });
        }
        left -= entries.length;
        if (left <= 0) break;
      }
    }
  }
  return found;
}
