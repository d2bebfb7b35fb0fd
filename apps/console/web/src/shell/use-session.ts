import { useQuery } from '@tanstack/react-query';
import type { Session } from '../../../src/contract/session.js';
import { loadSession } from '../api/client.js';

const RETRY_MS = 2000;

/** Who the console is and what it allows; undefined until it has said so. */
export function useSession(): Session | undefined {
  return useQuery({
    queryKey: ['session'],
    queryFn: loadSession,
    staleTime: Infinity,
    retry: true,
    retryDelay: RETRY_MS,
  }).data;
}
