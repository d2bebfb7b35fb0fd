import { useEffect, useState } from 'react';

/** The time of this machine, once a second while it matters. */
export function useNow(isWanted = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isWanted) return;
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [isWanted]);
  return now;
}
