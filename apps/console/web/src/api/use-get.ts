import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiError, get } from './client.js';

interface GetOptions<T> {
  path: string;
  /** Milliseconds until it is asked again; false for never. */
  every?: number | false | ((data: T | undefined) => number | false);
}

/** Loads from the API and keeps the answer by its path. */
export function useGet<T>({ path, every = false }: GetOptions<T>): UseQueryResult<T> {
  return useQuery<T>({
    queryKey: [path],
    queryFn: ({ signal }) => get<T>(path, signal),
    refetchInterval: (query) => (typeof every === 'function' ? every(query.state.data) : every),
  });
}

/** Whether asking again by itself could help: the console or Redis may be back soon; a wrong question stays wrong. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'offline' || error.code === 'redis-away');
}
