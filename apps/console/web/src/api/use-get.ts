import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiError, get } from './client.js';

interface GetOptions<T> {
  path: string;
  /** The refresh interval in milliseconds; false for none. */
  every?: number | false | ((data: T | undefined) => number | false);
}

/** Loads from the API and caches the answer by its path. */
export function useGet<T>({ path, every = false }: GetOptions<T>): UseQueryResult<T> {
  return useQuery<T>({
    queryKey: [path],
    queryFn: ({ signal }) => get<T>(path, signal),
    refetchInterval: (query) => (typeof every === 'function' ? every(query.state.data) : every),
  });
}

/** Whether an automatic retry can help: it can if the console or Redis is unavailable, but not if the request is invalid. */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'offline' || error.code === 'redis-away');
}
