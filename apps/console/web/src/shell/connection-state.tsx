import { livenessOf } from '../live/liveness.js';
import { useLive } from '../live/use-live.js';
import { TONES } from './live-badge.js';
import { useSession } from './use-session.js';

/** Shows whether the page is live. */
export function ConnectionState() {
  const state = useLive((live) => livenessOf(live).state);
  const word = useLive((live) => livenessOf(live).word);
  const address = useSession()?.redisAddress ?? '';
  const title = {
    live: `Redis at ${address}`,
    connecting: 'Waiting for the first answer',
    lost: 'The console does not answer',
    'redis-gone': `Redis at ${address} does not answer`,
  }[state];
  return (
    <span className={`badge ${TONES[state]}`} role="status" title={title}>
      <span className="dot" />
      {word}
    </span>
  );
}
