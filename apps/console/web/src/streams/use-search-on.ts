import { useEffect, useState } from 'react';

/** The results of a page: a search pauses there. */
const PAGE = 50;

interface SearchSoFar {
  found: number;
  /** The number of answers so far. */
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

/** Continues a search, one request after the other, until a page is full, the search is complete, or the user stops it. */
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
