import { useInfiniteQuery } from '@tanstack/react-query';
import type { EntriesPage } from '../../../src/contract/streams.js';
import { get } from '../api/client.js';
import { path, withQuery } from '../api/paths.js';
import { count, plural } from '../format/numbers.js';
import { dateTime } from '../format/times.js';
import { Failed, Loading, Notice } from '../ui/notice.js';
import { SearchButton } from '../ui/search-button.js';
import { EntriesTable } from './entries-table.js';
import type { EntryFilter } from './entry-filter.js';
import { useSearchOn } from './use-search-on.js';

/** The results of a search so far, and how far it came. */
export function SearchPanel({ stream, filter }: { stream: string; filter: EntryFilter }) {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['search', stream, filter],
    queryFn: ({ pageParam, signal }) =>
      get<EntriesPage>(withQuery(path`/api/streams/${stream}/entries`, { ...filter, cursor: pageParam }), signal),
    initialPageParam: '',
    getNextPageParam: (last: EntriesPage) => last.next,
  });
  const { isSearching, stop, goOn } = useSearchOn({
    found: data?.pages.reduce((sum, { entries }) => sum + entries.length, 0) ?? 0,
    pages: data?.pages.length ?? 0,
    hasMore: hasNextPage && error === null,
    isBusy: isFetchingNextPage,
    more: fetchNextPage,
  });
  if (data === undefined) {
    return (
      <section className="card" aria-label="Found">
        {error === null ? <Loading what="what was found" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </section>
    );
  }
  const entries = data.pages.flatMap((loaded) => loaded.entries);
  const scanned = data.pages.reduce((sum, loaded) => sum + loaded.scan.scanned, 0);
  const reachedMs = data.pages.at(-1)?.scan.reachedMs ?? null;
  const reached = reachedMs === null ? '' : `, back to ${dateTime(reachedMs)}`;
  return (
    <section className="card card-ruled" aria-label="Found">
      <div className="card-head">
        <h2 role="status">
          {entries.length === 0
            ? isSearching
              ? 'Searching …'
              : 'Nothing found'
            : `${plural(entries.length, 'entry', 'entries')} found`}
        </h2>
        <p>
          {count(scanned)} searched{hasNextPage ? reached : ', the whole stream'}
        </p>
      </div>
      {entries.length > 0 ? (
        <EntriesTable entries={entries} withStream={false} label="Found" />
      ) : (
        <Notice icon="search" title={hasNextPage ? 'Nothing so far' : 'Nothing found'}>
          <p>
            Keys, types, ids and correlation ids must match exactly. A text can be anywhere in the payload.
            {hasNextPage ? ' Older entries have not been searched yet.' : ''}
          </p>
        </Notice>
      )}
      {error === null ? null : <Failed error={error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && error === null ? (
        <div className="more">
          <SearchButton isSearching={isSearching} stop={stop} goOn={goOn} />
        </div>
      ) : null}
    </section>
  );
}
