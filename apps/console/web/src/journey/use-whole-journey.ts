import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Journey, JourneyEvent } from '../../../src/contract/journey.js';
import { get } from '../api/client.js';
import { path, withQuery } from '../api/paths.js';
import { entryKey } from '../live/tail.js';

/** A journey as far as it was searched, and the search. */
export interface WholeJourney {
  journey: Journey | undefined;
  /** Whether there are older entries to search. */
  hasMore: boolean;
  /** The number of entries that were searched so far. */
  scanned: number;
  isLooking: boolean;
  stop: () => void;
  lookFurther: () => void;
}

/**
 * Joins recent events with older ones, each event once. Searches further back automatically until an event is found, no entry is left, or
 * the user stops it.
 */
export function useWholeJourney(correlationId: string, latest: Journey | undefined): WholeJourney {
  const [older, setOlder] = useState<Journey | null>(null);
  const cursor = older === null ? latest?.cursor : older.cursor;
  const [scanned, setScanned] = useState(0);
  const [isStopped, setStopped] = useState(false);
  const { mutate, isPending, isError } = useMutation({
    mutationFn: (from: string) => get<Journey>(withQuery(path`/api/journeys/${correlationId}`, { cursor: from })),
    onSuccess: (found) => {
      setScanned(scanned + scannedOf(found));
      setOlder(older === null ? found : { ...found, events: joinEvents(found.events, older.events) });
    },
  });
  const hasMore = cursor !== null && cursor !== undefined;
  const isEmpty = latest?.events.length === 0 && (older === null || older.events.length === 0);
  const goesOn = hasMore && isEmpty && !isStopped && !isError;
  useEffect(() => {
    if (goesOn && !isPending) mutate(cursor);
  }, [goesOn, isPending, mutate, cursor]);
  return {
    journey: join(latest, older),
    hasMore,
    scanned: scanned + (latest === undefined ? 0 : scannedOf(latest)),
    isLooking: isPending || goesOn,
    stop: () => {
      setStopped(true);
    },
    lookFurther: () => {
      setStopped(false);
      if (hasMore && !isPending) mutate(cursor);
    },
  };
}

function scannedOf({ scans }: Journey): number {
  return Object.values(scans).reduce((sum, scan) => sum + scan.scanned, 0);
}

function join(latest: Journey | undefined, older: Journey | null): Journey | undefined {
  if (latest === undefined || older === null) return latest;
  const events = joinEvents(latest.events, older.events);
  const firstMs = events[0]?.entry.atMs ?? 0;
  const lastMs = events.at(-1)?.entry.atMs ?? firstMs;
  return {
    ...latest,
    events: events.map((event) => ({ ...event, afterMs: event.entry.atMs - firstMs })),
    elapsedMs: lastMs - firstMs,
    state: latest.state === 'empty' ? older.state : latest.state,
    isComplete: older.isComplete,
    cursor: older.cursor,
    caveats: [...new Set([...latest.caveats, ...older.caveats])],
  };
}

function joinEvents(newer: readonly JourneyEvent[], older: readonly JourneyEvent[]): JourneyEvent[] {
  const known = new Set(newer.map((event) => entryKey(event.entry)));
  return [...older.filter((event) => !known.has(entryKey(event.entry))), ...newer].sort(
    (a, b) => a.entry.atMs - b.entry.atMs || a.depth - b.depth,
  );
}
