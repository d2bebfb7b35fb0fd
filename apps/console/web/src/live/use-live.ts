import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from 'react';
import type { LiveFeed, LiveState } from './feed.js';

/** Where the views find the feed. */
export const FeedContext = createContext<LiveFeed | null>(null);

function useFeed(): LiveFeed {
  const feed = useContext(FeedContext);
  if (feed === null) throw new Error('Expected a live feed around this view; wrap it in FeedContext.');
  return feed;
}

/** A part of what the feed knows; the view is drawn again only when that part has changed. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const feed = useFeed();
  return useSyncExternalStore(feed.subscribe, () => select(feed.snapshot()));
}

/** Has the feed send a stream's new entries while the view is there. */
export function useTail(stream: string | null): void {
  const feed = useFeed();
  useEffect(() => {
    feed.want({ tail: stream });
    return () => {
      feed.want({ tail: null });
    };
  }, [feed, stream]);
}

/** Loads again whenever the tail has begun anew, as what came just before is in neither. */
export function useFreshWithTail(refetch: () => unknown, isWanted = true): void {
  const begins = useLive((state) => state.begins);
  const loadedAt = useRef(begins);
  useEffect(() => {
    if (!isWanted || loadedAt.current === begins) return;
    loadedAt.current = begins;
    refetch();
  }, [begins, isWanted, refetch]);
}

/** Has the feed send the view of the shop while a view of it is there. */
export function useShopFeed(): void {
  const feed = useFeed();
  useEffect(() => {
    feed.want({ shop: true });
    return () => {
      feed.want({ shop: false });
    };
  }, [feed]);
}
