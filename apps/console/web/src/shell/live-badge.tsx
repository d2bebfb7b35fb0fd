import { livenessOf } from '../live/liveness.js';
import { useLive } from '../live/use-live.js';

interface LiveBadgeProps {
  /** What it says instead while the view is held by the user. */
  paused?: string | null;
}

/** Says of something that changes by itself whether it does just now. */
export function LiveBadge({ paused = null }: LiveBadgeProps) {
  const word = useLive((state) => livenessOf(state).word);
  const tone = useLive((state) => TONES[livenessOf(state).state]);
  return (
    <span className={`badge ${paused === null ? tone : ''}`} role="status">
      <span className="dot" />
      {paused ?? word}
    </span>
  );
}

/** How a badge says it. */
export const TONES = { live: 'badge-good', connecting: '', lost: 'badge-bad', 'redis-gone': 'badge-bad' } as const;
