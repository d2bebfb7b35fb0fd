import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Journey, JourneyEvent } from '../../../src/contract/journey.js';
import { get } from '../api/client.js';
import { path, withQuery } from '../api/paths.js';
import { entryKey } from '../live/tail.js';

interface WholeJourney {
  journey: Journey | undefined;
  /** Looks through older entries, too; null where there are none. */
  lookFurther: (() => void) | null;
  isLooking: boolean;
}

/** Joins what was found lately with what was found further back, each event once. */
export function useWholeJourney(correlationId: string, latest: Journey | undefined): WholeJourney {
  const [older, setOlder] = useState<Journey | null>(null);
  const cursor = older === null ? latest?.cursor : older.cursor;
  const { mutate, isPending } = useMutation({
    mutationFn: (from: string) => get<Journey>(withQuery(path`/api/journeys/${correlationId}`, { cursor: from })),
    onSuccess: (found) => {
      setOlder(older === null ? found : { ...found, events: joinEvents(found.events, older.events) });
    },
  });
  const lookFurther =
    cursor === null || cursor === undefined
      ? null
      : () => {
          mutate(cursor);
        };
  return { journey: join(latest, older), lookFurther, isLooking: isPending };
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
