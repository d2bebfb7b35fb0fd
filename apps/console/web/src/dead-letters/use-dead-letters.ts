import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useLive } from '../live/use-live.js';

/** Asks anew for all that tells of dead letters. */
export function refreshDeadLetters(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey }) =>
      queryKey.some((part) => typeof part === 'string' && part.startsWith('/api/dead-letters')),
  });
}

/** Keeps what is shown of dead letters fresh: the feed tells when there are more or fewer. */
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
