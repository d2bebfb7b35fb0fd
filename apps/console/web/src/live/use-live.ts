import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from 'react';
import type { LiveFeed, LiveState } from './feed.js';

/** Provides the feed to the views. */
export const FeedContext = createContext<LiveFeed | null>(null);

function useFeed(): LiveFeed {
  const feed = useContext(FeedContext);
  if (feed === null) throw new Error('Expected a live feed around this view; wrap it in FeedContext.');
  return feed;
}

/** A part of the feed's state; the view is rendered again only when that part changes. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const feed = useFeed();
  return useSyncExternalStore(feed.subscribe, () => select(feed.snapshot()));
}

/** Requests a stream's new entries from the feed while the view is mounted. */
export function useTail(stream: string | null): void {
  const feed = useFeed();
  useEffect(() => {
    feed.want({ tail: stream });
    return () => {
      feed.want({ tail: null });
    };
  }, [feed, stream]);
}

/** Reloads when the tail restarts, because the entries just before the restart are missing. */
export function useFreshWithTail(refetch: () => unknown, isWanted = true): void {
  const begins = useLive((state) => state.begins);
  const loadedAt = useRef(begins);
  useEffect(() => {
    if (!isWanted || loadedAt.current === begins) return;
    loadedAt.current = begins;
    refetch();
  }, [begins, isWanted, refetch]);
}

/** Requests the view of the shop from the feed while the component is mounted. */
export function useShopFeed(): void {
  const feed = useFeed();
  useEffect(() => {
    feed.want({ shop: true });
    return () => {
      feed.want({ shop: false });
    };
  }, [feed]);
}
