import { livenessOf } from '../live/liveness.js';
import { useLive } from '../live/use-live.js';

interface LiveBadgeProps {
  /** The text while the user has paused the view. */
  paused?: string | null;
}

/** Shows whether a view is live or paused. */
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

/** The style of the badge for each state. */
export const TONES = { live: 'badge-good', connecting: '', lost: 'badge-bad', 'redis-gone': 'badge-bad' } as const;
