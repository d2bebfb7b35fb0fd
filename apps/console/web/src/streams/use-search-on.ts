import { useEffect, useState } from 'react';

/** So many finds are a page: a search rests there. */
const PAGE = 50;

interface SearchSoFar {
  found: number;
  /** How many answers it took. */
  pages: number;
  hasMore: boolean;
  isBusy: boolean;
  more: () => unknown;
}

interface SearchOn {
  isSearching: boolean;
  stop: () => void;
  goOn: () => void;
}

/** Goes on with a search, an answer after the other, until a page is found, nothing is left, or somebody stops it. */
export function useSearchOn({ found, pages, hasMore, isBusy, more }: SearchSoFar): SearchOn {
  const [until, setUntil] = useState(PAGE);
  const isSearching = hasMore && found < until;
  useEffect(() => {
    if (isSearching && !isBusy && pages > 0) more();
  }, [isSearching, isBusy, pages, more]);
  return {
    isSearching,
    stop: () => {
      setUntil(0);
    },
    goOn: () => {
      setUntil(found + PAGE);
    },
  };
}
