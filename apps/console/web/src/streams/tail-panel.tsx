import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EntriesPage, EntrySummary } from '../../../src/contract/streams.js';
import { count, plural } from '../format/numbers.js';
import { mergeEntries, withoutNewer } from '../live/tail.js';
import { useFreshWithTail, useLive, useTail } from '../live/use-live.js';
import { LiveBadge } from '../shell/live-badge.js';
import { Icon } from '../ui/icon.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { EntriesTable } from './entries-table.js';
import { entriesPage, latestOfAll } from './latest.js';

/** The most rows that are drawn while new entries arrive. */
const MAX_ROWS = 50;

interface Frozen {
  entries: readonly EntrySummary[];
  seen: number;
}

/** The newest entries of a stream, or of all streams; new ones are added at the top until the user pauses it. */
export function TailPanel({ stream, title }: { stream: string | null; title: string }) {
  useTail(stream ?? '*');
  const tail = useLive((state) => state.tail);
  const [frozen, setFrozen] = useState<Frozen | null>(null);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['latest', stream],
    queryFn: ({ pageParam, signal }) => (stream === null ? pageOfAll(signal) : entriesPage(stream, pageParam, signal)),
    initialPageParam: '',
    getNextPageParam: (last: EntriesPage) => last.next,
    staleTime: 0,
  });
  // While paused, there can be many pages of older entries, and no new ones are shown.
  useFreshWithTail(refetch, frozen === null);

  const older = data?.pages.flatMap((loaded) => loaded.entries) ?? [];
  const live = mergeEntries(tail.entries, older, Math.max(MAX_ROWS, older.length));
  const entries = frozen === null ? live : mergeEntries(frozen.entries, withoutNewer(older, frozen.entries), Infinity);
  const waiting = frozen === null ? 0 : tail.seen - frozen.seen;
  const pause = (): void => {
    setFrozen({ entries: live, seen: tail.seen });
  };
  return (
    <section className="card card-ruled" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        {tail.leftOut > 0 && frozen === null ? <p>too many to show all: {count(tail.leftOut)} were left out</p> : null}
        <LiveBadge paused={frozen === null ? null : waiting > 0 ? `Paused, ${count(waiting)} new` : 'Paused'} />
        <button
          type="button"
          className="button"
          onClick={() => {
            if (frozen === null) pause();
            else setFrozen(null);
          }}
        >
          <Icon name={frozen === null ? 'pause' : 'play'} />
          {frozen === null ? 'Pause' : 'Continue'}
        </button>
      </div>
      {entries.length > 0 ? (
        <>
          <EntriesTable entries={entries} withStream={stream === null} label={title} />
          {stream !== null && hasNextPage ? (
            <div className="more">
              <button
                type="button"
                className="button"
                disabled={isFetchingNextPage}
                onClick={() => {
                  if (frozen === null) pause();
                  void fetchNextPage();
                }}
              >
                Show older entries
              </button>
              <span className="quiet small">{plural(entries.length, 'entry', 'entries')} shown</span>
            </div>
          ) : null}
        </>
      ) : data !== undefined ? (
        <Notice icon="stream" title="No entries yet">
          <p>They appear here as they are published.</p>
        </Notice>
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="entries" />
      )}
    </section>
  );
}

/** The newest entries of each stream, as a single page. */
async function pageOfAll(signal: AbortSignal): Promise<EntriesPage> {
  const entries = (await latestOfAll(signal)).slice(0, MAX_ROWS);
  return { entries, next: null, scan: { scanned: entries.length, reachedMs: null, complete: true } };
}
