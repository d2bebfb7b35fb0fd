import type { Overview } from './overview.js';
import type { RedisState } from './session.js';
import type { ShopView } from './shop.js';
import type { EntrySummary } from './streams.js';

/**
 * `GET /api/live`: server-sent events (`EventSource`; it reconnects by itself). While at least one is open, the console
 * reads Redis once a second for all of them together; while none is open it reads nothing.
 *
 * Query: `tail`, a stream's name or `*` for all: also sends its new entries; `shop=true`: also sends the view of the shop.
 * To change this, open another feed and close the first.
 *
 * Each message has the event name and the JSON of one of these:
 *
 *     event: overview      data: Overview           each second
 *     event: entries       data: TailedEntries      only with `tail`, each second with new entries
 *     event: redis         data: RedisState         as the first message, and when Redis becomes unavailable or available
 *     event: left-out      data: LeftOut            this client is slower than its feed, and messages were dropped
 *     event: shop          data: ShopView           only with `shop=true`, every two seconds
 *     event: beat          data: Beat               at the start, and then at least every three seconds
 *     event: renew         data: Renew              after five minutes: open another feed, this one ends
 *
 * A connection can be dead without an error: a client that gets no message for three times `everyMs` of the latest beat must treat the
 * connection as lost, and open another one. Beats continue while Redis is unavailable.
 *
 * A feed that is not read for half a minute ends, and so does one that is not renewed, so that forgotten clients do not use up the limits.
 * At most 20 feeds of one user, or without users 50 of one address, and 200 in all; beyond that 503
 * `busy`, which says which limit is reached, with `Retry-After`. One page needs a single feed, and all pages of a browser share it.
 */
export interface LiveMessages {
  overview: Overview;
  entries: TailedEntries;
  redis: RedisState;
  'left-out': LeftOut;
  shop: ShopView;
  beat: Beat;
  renew: Renew;
}

/** New entries, newest first. */
export interface TailedEntries {
  entries: EntrySummary[];
  /** By stream: how many new entries of this second are missing, because they were too many or too large. */
  leftOut: Record<string, number>;
}

/** Shows that the connection is alive. */
export interface Beat {
  /** How often a beat is sent, in milliseconds. */
  everyMs: number;
}

/** This feed ends soon. */
export interface Renew {
  /** In how many milliseconds another feed must be open. */
  withinMs: number;
}

/** Messages that this client did not get. */
export interface LeftOut {
  messages: number;
}
