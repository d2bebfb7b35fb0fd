import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { RetentionPolicy } from '../model/retention-policy.js';

/** After how long without a sign of the process that trims a stream in the background another one does, in milliseconds. */
const TRIMMER_MS = 10_000;
/** Entries that one script call looks at, or trims. */
const STEP = 100;
/** Bytes of entries that one script call looks at, about: their payloads pass through it. */
const STEP_BYTES = 256 * 1024;

/** What was trimmed. */
export interface TrimReport {
  /** How many entries were removed. */
  trimmed: number;
  /** How many are left. */
  length: number;
  /** The group that has still to handle the next entries to remove; undefined if none does. */
  heldBackBy: string | undefined;
  /** By group: how many entries the hard limit removed before the group had handled them. */
  dropped: Readonly<Record<string, number>>;
}

/** Who trims, and for how long. */
export interface Trimming {
  client: StreamClient;
  monitor: MonitorClient;
  isStopping: () => boolean;
  /** Where it is noted which process trims the stream in the background, and which this is. @default it is not: any process does */
  trimmer?: { key: string; id: string } | undefined;
}

/**
 * Trims one stream, step by step.
 *
 * @param key the stream's
 * @returns undefined when another process does
 */
export async function trimStream(
  key: string,
  { maxAgeMs, maxLength, hardMaxLength }: RetentionPolicy,
  { client, monitor, isStopping, trimmer }: Trimming,
): Promise<TrimReport | undefined> {
  // The server's clock, which entry ids are made from.
  const oldest = maxAgeMs === undefined ? '' : `${String(Math.max(0, (await monitor.now()) - maxAgeMs))}-0`;
  let trimmed = 0;
  const dropped: Record<string, number> = {};
  for (;;) {
    const limits = [oldest, maxLength ?? '', hardMaxLength ?? '', STEP, STEP_BYTES];
    const step = trimmer
      ? await client.trimming.trim([key, trimmer.key], [...limits, trimmer.id, TRIMMER_MS])
      : await client.trimming.trim([key], limits);
    if (!step) return undefined;
    trimmed += step.trimmed;
    addTo(dropped, step.dropped);
    if (!step.hasMore || isStopping()) return { trimmed, length: step.length, heldBackBy: step.heldBackBy, dropped };
  }
}

/** Adds counts by name. */
export function addTo(sum: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
}
