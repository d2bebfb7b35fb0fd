import type { Redis } from 'ioredis';
import type { StreamLook } from './groups.js';

/** `<stream's key> <group>` → ids of some of its pending entries, the lowest first. */
export type PendingIds = ReadonlyMap<string, readonly string[]>;

const SHOWN = 10;

/** Asks for the pending entries of each group that has any; those that are settled by now are left out. */
export async function pendingIdsOf(redis: Redis, streams: readonly StreamLook[]): Promise<PendingIds> {
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
