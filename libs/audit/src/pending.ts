import type { Redis } from 'ioredis';
import type { StreamState } from './stream-states.js';

/** By `<stream's key> <group>`, the lowest ids of its pending entries. */
export type PendingIds = ReadonlyMap<string, readonly string[]>;

const SHOWN = 10;

/** Reads the lowest pending ids of each group that has any. Entries that were settled meanwhile are not among them. */
export async function pendingIdsOf(redis: Redis, streams: readonly StreamState[]): Promise<PendingIds> {
  const found = new Map<string, string[]>();
  for (const { key, groups } of streams) {
    for (const { name, pending } of groups) {
      if (pending === 0) continue;
      const rows = (await redis.xpending(key, name, '-', '+', SHOWN)) as [id: string, ...unknown[]][];
      found.set(
        pendingKey(key, name),
        rows.map(([id]) => id),
      );
    }
  }
  return found;
}

/** A group's key in {@link PendingIds}. */
export function pendingKey(stream: string, group: string): string {
  return `${stream} ${group}`;
}
