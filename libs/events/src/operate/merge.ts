import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { ConsumerRow, PendingSummary } from '../stream/questions/group-questions.js';
import type { GroupBacklog, MonitoredGroup, PartitionOverview } from './overviews.js';
import type { MonitoredEntry } from './monitored-entry.js';

/** What a stream's partitions come to together, of one kind after the other. Pure. */

/** Groups by name: what is counted is added up; the lag in time is the longest. */
export function mergeGroups(partitions: readonly (readonly MonitoredGroup[])[]): MonitoredGroup[] {
  return mergeBy(partitions, (one, other) => ({
    name: one.name,
    // A worker is a consumer of each partition that it owns; how many there are is not known from the numbers.
    consumers: Math.max(one.consumers, other.consumers),
    pending: one.pending + other.pending,
    lastDeliveredId: later(one.lastDeliveredId, other.lastDeliveredId),
    entriesRead: one.entriesRead === null || other.entriesRead === null ? null : one.entriesRead + other.entriesRead,
    lag: one.lag === null || other.lag === null ? null : one.lag + other.lag,
    lagMs: Math.max(one.lagMs, other.lagMs),
  }));
}

/** What a group has to do in all partitions; null when it has none of them. */
export function mergeBacklogs(partitions: readonly GroupBacklog[]): GroupBacklog | null {
  const [first, ...others] = partitions;
  if (!first) return null;
  return others.reduce(
    (one, other) => ({
      lag: one.lag === null || other.lag === null ? null : one.lag + other.lag,
      lagMs: Math.max(one.lagMs, other.lagMs),
      pending: one.pending + other.pending,
      oldestPendingMs: Math.max(one.oldestPendingMs, other.oldestPendingMs),
    }),
    first,
  );
}

/** Consumers by name. */
export function mergeConsumers(partitions: readonly (readonly ConsumerRow[])[]): ConsumerRow[] {
  return mergeBy(partitions, (one, other) => ({
    name: one.name,
    pending: one.pending + other.pending,
    idleMs: Math.min(one.idleMs, other.idleMs),
  }));
}

/** What is pending in all partitions. */
export function mergePending(partitions: readonly PendingSummary[]): PendingSummary {
  const held = new Map<string, number>();
  const sum = { count: 0, first: null as string | null, last: null as string | null };
  for (const { count, first, last, byConsumer } of partitions) {
    sum.count += count;
    if (first !== null && (sum.first === null || compareEntryIds(first, sum.first) < 0)) sum.first = first;
    if (last !== null && (sum.last === null || compareEntryIds(last, sum.last) > 0)) sum.last = last;
    for (const [name, count] of Object.entries(byConsumer)) held.set(name, (held.get(name) ?? 0) + count);
  }
  return { ...sum, byConsumer: Object.fromEntries(held) };
}

/** Entries of all partitions, oldest first. */
export function mergeEntries(partitions: readonly (readonly MonitoredEntry[])[], count: number): MonitoredEntry[] {
  const [only, ...others] = partitions;
  if (only && others.length === 0) return only.slice(0, count);
  return partitions
    .flat()
    .sort((one, other) => compareEntryIds(one.id, other.id))
    .slice(0, count);
}

/** Entries of all partitions, latest first. */
export function mergeLatest(partitions: readonly (readonly MonitoredEntry[])[], count: number): MonitoredEntry[] {
  return mergeEntries(
    partitions.map((entries) => [...entries].reverse()),
    Infinity,
  )
    .reverse()
    .slice(0, count);
}

/** The first and the last entry of all partitions, and what there is in all. */
export function mergeOverviews(partitions: readonly PartitionOverview[]) {
  const rates = partitions.map(({ ratePerSecond }) => ratePerSecond);
  return {
    exists: partitions.some(({ exists }) => exists),
    length: sum(partitions.map(({ length }) => length)),
    first: mergeEntries([partitions.flatMap(({ first }) => first ?? [])], 1)[0] ?? null,
    last: mergeEntries([partitions.flatMap(({ last }) => last ?? [])], partitions.length).at(-1) ?? null,
    deadLetters: sum(partitions.map(({ deadLetters }) => deadLetters)),
    ratePerSecond: rates.includes(null) ? null : sum(rates.map(Number)),
    groups: mergeGroups(partitions.map(({ groups }) => groups)),
  };
}

function mergeBy<T extends { name: string }>(
  partitions: readonly (readonly T[])[],
  merge: (one: T, other: T) => T,
): T[] {
  const [only, ...others] = partitions;
  if (only && others.length === 0) return [...only];
  const merged = new Map<string, T>();
  for (const row of partitions.flat()) {
    const before = merged.get(row.name);
    merged.set(row.name, before ? merge(before, row) : row);
  }
  return [...merged.values()];
}

function later(one: string, other: string): string {
  return compareEntryIds(one, other) < 0 ? other : one;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
