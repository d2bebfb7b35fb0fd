import type { LiveState } from './feed.js';

/** Whether what is shown is of this moment, in a word. */
export interface Liveness {
  state: 'live' | 'connecting' | 'lost' | 'redis-gone';
  word: string;
}

/** Whether the page is live: only while the console tells something, and Redis answers it. */
export function livenessOf({ connection, redis }: Pick<LiveState, 'connection' | 'redis'>): Liveness {
  if (connection === 'lost') return { state: 'lost', word: 'Offline' };
  if (redis?.isUp === false) return { state: 'redis-gone', word: 'Redis is gone' };
  if (connection === 'open' && redis !== null) return { state: 'live', word: 'Live' };
  return { state: 'connecting', word: 'Connecting' };
}

/** Whether what is shown is what was seen last, as there is no way to what is new. */
export function isOutage({ state }: Liveness): boolean {
  return state === 'lost' || state === 'redis-gone';
}
