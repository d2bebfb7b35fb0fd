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
 *
 * A comment line keeps the connection alive every 15 seconds. At most 50 clients (503 beyond).
 */
export interface LiveMessages {
  overview: Overview;
  entries: TailedEntries;
  redis: RedisState;
  'left-out': LeftOut;
  shop: ShopView;
}

/** New entries, newest first. */
export interface TailedEntries {
  entries: EntrySummary[];
  /** By stream: new entries of this second that are not among them, since there were too many to show. */
  leftOut: Record<string, number>;
}

/** Messages that this client did not get. */
export interface LeftOut {
  messages: number;
}
