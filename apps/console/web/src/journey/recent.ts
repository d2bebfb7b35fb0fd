import type { EntrySummary } from '../../../src/contract/streams.js';

/** A correlation id of which something was heard lately. */
export interface RecentJourney {
  correlationId: string;
  /** Its newest entry: where to look first. */
  latest: EntrySummary;
  firstMs: number;
  /** Oldest first; those that are known, not all there are. */
  entries: readonly EntrySummary[];
}

const KEPT = 40;

/** Gathers entries (newest first) by correlation id, the one that was heard of last coming first. */
export function recentJourneys(entries: readonly EntrySummary[]): RecentJourney[] {
  const byId = new Map<string, EntrySummary[]>();
  for (const entry of entries) {
    if (entry.correlationId === null) continue;
    const known = byId.get(entry.correlationId);
    if (known) known.unshift(entry);
    else byId.set(entry.correlationId, [entry]);
  }
  return [...byId].slice(0, KEPT).flatMap(([correlationId, known]) => {
    const [first] = known;
    const latest = known.at(-1);
    return first && latest ? [{ correlationId, latest, firstMs: first.atMs, entries: known }] : [];
  });
}
