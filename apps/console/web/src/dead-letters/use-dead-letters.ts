import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useLive } from '../live/use-live.js';

/** Reloads all data about dead letters. */
export function refreshDeadLetters(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey }) =>
      queryKey.some((part) => typeof part === 'string' && part.startsWith('/api/dead-letters')),
  });
}

/** Reloads dead letters when the feed reports another number of them. */
export function useFreshDeadLetters(): void {
  const queries = useQueryClient();
  const total = useLive((state) => state.overview?.totals.deadLetters ?? null);
  const before = useRef(total);
  useEffect(() => {
    const isFirst = before.current === null;
    if (before.current !== total) {
      before.current = total;
      if (!isFirst) void refreshDeadLetters(queries);
    }
  }, [total, queries]);
}
