import { useCallback } from 'react';
import { BASE } from '../api/root.js';
import { navigate, usePathname, useSearch } from 'wouter/use-browser-location';

type Change = (before: URLSearchParams) => URLSearchParams;

/**
 * The parameters of the address. The hooks of wouter decode them twice, which breaks names with a percent sign. The browser's back button
 * undoes a change.
 */
export function useSearchParams(): [URLSearchParams, (change: Change) => void] {
  const search = useSearch();
  const change = useCallback((make: Change) => {
    const query = make(new URLSearchParams(window.location.search)).toString();
    navigate(`${window.location.pathname}${query === '' ? '' : `?${query}`}`);
  }, []);
  return [new URLSearchParams(search), change];
}

/** The second part of the address's path, such as the stream's name in `/streams/orders`; null if there is none. */
export function useSegment(): string | null {
  const [, , segment = ''] = usePathname().slice(BASE.length).split('/');
  if (segment === '') return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a lone percent sign, typed by hand
  }
}
