import { useEffect } from 'react';
import { isOutage, livenessOf } from '../live/liveness.js';
import { useLive } from '../live/use-live.js';
import { useSession } from './use-session.js';

/** Sets the window's title to the name of the view, with a mark while there is a critical problem. */
export function useTitle(view: string): void {
  const prefix = useSession()?.prefix;
  const isCritical = useLive((state) => isOutage(livenessOf(state)) || state.overview?.health === 'critical');
  useEffect(() => {
    document.title = `${isCritical ? '(!) ' : ''}${view} · ${prefix ?? 'Event streams'}`;
  }, [view, prefix, isCritical]);
}
