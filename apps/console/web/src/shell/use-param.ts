import { useCallback } from 'react';
import { useSearchParams } from './use-search-params.js';

/** A parameter of the address; null if it is not set. The browser's back button undoes a change. */
export function useParam(name: string): [string | null, (value: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string | null) => {
      setParams((before) => {
        const next = new URLSearchParams(before);
        if (value === null) next.delete(name);
        else next.set(name, value);
        return next;
      });
    },
    [name, setParams],
  );
  return [params.get(name), set];
}

/** Parses `stream/id`: an id never has a slash, but a stream's name may. */
export function parseEntryRef(ref: string): { stream: string; id: string } | null {
  const slash = ref.lastIndexOf('/');
  return slash <= 0 ? null : { stream: ref.slice(0, slash), id: ref.slice(slash + 1) };
}
