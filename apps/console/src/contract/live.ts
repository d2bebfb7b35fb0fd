import type { Overview } from './overview.js';
import type { RedisState } from './session.js';
import type { ShopView } from './shop.js';
import type { EntrySummary } from './streams.js';

/**
 * `GET /api/live`: server-sent events (`EventSource`; it reconnects by itself). While at least one is open, the console
 * asks Redis once a second for all of them together; while none is open it asks nothing.
 *
 * Query: `tail`, a stream's name or `*` for all: sends its new entries, too; `shop=true`: sends the view of the shop, too.
 * To get something else, open another one and close the first.
 *
 * Each message has the event name and the JSON of one of these:
 *
 *     event: overview      data: Overview           each second
 *     event: entries       data: TailedEntries      only with `tail`, each second in which there were some
 *     event: redis         data: RedisState         first of all, and when Redis goes or comes back
 *     event: left-out      data: LeftOut            this client is slower than its feed, and messages were left out
 *     event: shop          data: ShopView           only with `shop=true`, every two seconds
 *     event: beat          data: Beat               at the beginning, and then at least every three seconds
 *     event: renew         data: Renew              after five minutes: open another one, this one ends
 *
 * A connection can be dead without an error: whoever has got no message at all for three times `everyMs` of the latest beat
 * must take it for dead, say so, and open another one. Beats go on while Redis is away.
 *
 * A feed that nobody reads for half a minute ends, and so does one that is not renewed: what was left open and forgotten takes no
 * place from those who look. At most 20 feeds of one user, or without users 50 of one address, and 200 in all; beyond that 503
 * `busy`, which says what is full, with `Retry-After`. One page needs a single feed, and all pages of a browser share it.
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
  /** By stream: new entries of this second that are not among them, since there were too many, or too large ones, to show. */
  leftOut: Record<string, number>;
}

/** The connection lives. */
export interface Beat {
  /** How often it says so, in milliseconds. */
  everyMs: number;
}

/** This feed ends soon. */
export interface Renew {
  /** By when another one has to be open, in milliseconds. */
  withinMs: number;
}

/** Messages that this client did not get. */
export interface LeftOut {
  messages: number;
}
