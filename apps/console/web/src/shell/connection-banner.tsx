import { duration } from '../format/times.js';
import { useLive } from '../live/use-live.js';
import { Icon } from '../ui/icon.js';
import { useNow } from './use-now.js';
import { useSession } from './use-session.js';

/** A banner that says that the page shows old data, and why. */
export function ConnectionBanner() {
  const lostAtMs = useLive((state) => (state.connection === 'lost' ? state.lostAtMs : null));
  const refusal = useLive((state) => state.refusal);
  const redis = useLive((state) => state.redis);
  const address = useSession()?.redisAddress;
  const isRedisGone = redis?.isUp === false;
  const now = useNow(lostAtMs !== null || isRedisGone);
  if (lostAtMs !== null) {
    return (
      <Banner
        title={refusal === null ? 'The console does not answer' : 'The console refuses the live feed'}
        detail={`${refusal === null ? '' : `${refusal}. `}The page shows the last known state, and continues when the console ${refusal === null ? 'answers again' : 'accepts it again'}.`}
        age={duration(Math.floor((now - lostAtMs) / 1000) * 1000)}
      />
    );
  }
  if (!isRedisGone) return null;
  const reason = redis.reason ?? `Redis${address === undefined ? '' : ` at ${address}`} does not answer`;
  return (
    <Banner
      title="Redis is unavailable"
      detail={`${reason}. The page shows the last known state. The services and this page continue when Redis is available again.`}
      age={duration(Math.floor(Math.max(0, now - redis.sinceMs) / 1000) * 1000)}
    />
  );
}

function Banner({ title, detail, age }: { title: string; detail: string; age: string }) {
  return (
    <section className="gone" aria-label="Connection">
      <div className="gone-inner">
        <Icon name="unplugged" />
        <p>
          <strong role="alert">{title}</strong> <span className="quiet">for {age}.</span> {detail}
        </p>
      </div>
    </section>
  );
}
