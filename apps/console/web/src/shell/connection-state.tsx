import { useLive } from '../live/use-live.js';
import { useSession } from './use-session.js';

/** One word on whether the page is live. */
export function ConnectionState() {
  const connection = useLive((state) => state.connection);
  const isUp = useLive((state) => state.redis?.isUp);
  const address = useSession()?.redisAddress ?? '';
  const { tone, word, title } =
    connection === 'lost'
      ? { tone: 'badge-bad', word: 'Offline', title: 'The console does not answer' }
      : isUp === false
        ? { tone: 'badge-bad', word: 'Redis is gone', title: `Redis at ${address} does not answer` }
        : connection === 'open' && isUp === true
          ? { tone: 'badge-good', word: 'Live', title: `Redis at ${address}` }
          : { tone: '', word: 'Connecting', title: 'Waiting for the first answer' };
  return (
    <span className={`badge ${tone}`} role="status" title={title}>
      <span className="dot" />
      {word}
    </span>
  );
}
