import type { EntrySummary } from '../../../src/contract/streams.js';

/** A correlation id with recent events. */
export interface RecentJourney {
  correlationId: string;
  /** Its newest entry: where a search begins. */
  latest: EntrySummary;
  firstMs: number;
  /** The known entries, oldest first; there can be more. */
  entries: readonly EntrySummary[];
}

const KEPT = 40;

/** Groups entries (newest first) by correlation id; the latest one is first. */
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
