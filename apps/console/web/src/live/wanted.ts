import type { LiveMessages, TailedEntries } from '../../../src/contract/live.js';
import { withQuery } from '../api/paths.js';

/** What a view requests from the feed besides the overview. */
export interface Wanted {
  /** A stream whose new entries are sent; `*` for all streams. */
  tail: string | null;
  /** The view of the shop. */
  shop: boolean;
}

/** The name of a message of the feed. */
export type MessageName = keyof LiveMessages;

/** All names that a message can have. */
export const MESSAGE_NAMES: readonly MessageName[] = [
  'redis',
  'overview',
  'shop',
  'entries',
  'left-out',
  'beat',
  'renew',
];

/** The address of a feed with what is requested. @param root path of the console, with a slash at the end */
export function feedAddress(root: string, { tail, shop }: Wanted): string {
  return withQuery(`${root}api/live`, { tail, shop: shop ? true : undefined });
}

/** Combines the requests of several pages into one. For different streams, it requests all streams. */
export function together(wanted: Iterable<Wanted>): Wanted {
  const all = [...wanted];
  const tails = new Set(all.flatMap(({ tail }) => (tail === null ? [] : [tail])));
  const [only = null] = tails;
  return { tail: tails.size > 1 ? '*' : only, shop: all.some(({ shop }) => shop) };
}

/** The entries for one page, out of those of a feed for several pages. */
export function entriesFor(tail: string | null, { entries, leftOut }: TailedEntries): TailedEntries {
  if (tail === '*') return { entries, leftOut };
  return {
    entries: entries.filter(({ stream }) => stream === tail),
    leftOut: Object.fromEntries(Object.entries(leftOut).filter(([stream]) => stream === tail)),
  };
}
