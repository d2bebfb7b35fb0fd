import { useQuery } from '@tanstack/react-query';
import type { Session } from '../../../src/contract/session.js';
import { loadSession } from '../api/client.js';

const RETRY_MS = 2000;

/** The session; undefined until it is loaded. */
export function useSession(): Session | undefined {
  return useQuery({
    queryKey: ['session'],
    queryFn: loadSession,
    staleTime: Infinity,
    retry: true,
    retryDelay: RETRY_MS,
  }).data;
}
