import type { LiveState } from './feed.js';

/** Whether the page shows live data. */
export interface Liveness {
  state: 'live' | 'connecting' | 'lost' | 'redis-gone';
  word: string;
}

/** The page is live if the feed is open and Redis answers. */
export function livenessOf({ connection, redis }: Pick<LiveState, 'connection' | 'redis'>): Liveness {
  if (connection === 'lost') return { state: 'lost', word: 'Offline' };
  if (redis?.isUp === false) return { state: 'redis-gone', word: 'Redis is unavailable' };
  if (connection === 'open' && redis !== null) return { state: 'live', word: 'Live' };
  return { state: 'connecting', word: 'Connecting' };
}

/** Whether the page shows old data, because new data cannot be loaded. */
export function isOutage({ state }: Liveness): boolean {
  return state === 'lost' || state === 'redis-gone';
}
