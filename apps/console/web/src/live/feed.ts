import type { LiveMessages } from '../../../src/contract/live.js';
import type { Overview, Series, SeriesPoint } from '../../../src/contract/overview.js';
import type { RedisState } from '../../../src/contract/session.js';
import type { ShopView } from '../../../src/contract/shop.js';
import { get } from '../api/client.js';
import { ROOT } from '../api/root.js';
import { CONNECTING, type FeedConnection } from './connection.js';
import { openFeedSource, type FeedSource } from './feed-source.js';
import { joinPoints } from './series.js';
import { addEntries, EMPTY_TAIL, onlyNew, type Tail } from './tail.js';
import { entriesFor, type MessageName, type Wanted } from './wanted.js';

/** The live data of the page. Each change makes a new object; unchanged parts stay the same objects. */
export interface LiveState extends FeedConnection {
  redis: RedisState | null;
  overview: Overview | null;
  points: readonly SeriesPoint[];
  shop: ShopView | null;
  tail: Tail;
  /** How often the feed, and so the tail, has restarted: data that was loaded before can have a gap. */
  begins: number;
  /** How many messages were dropped because this page was too slow. */
  leftOut: number;
}

/**
 * The live feed: one connection for the whole page. Messages are collected and delivered once per frame, so that the page is not rendered
 * more often than the screen.
 */
export class LiveFeed {
  private state: LiveState = {
    ...CONNECTING,
    redis: null,
    overview: null,
    points: [],
    shop: null,
    tail: EMPTY_TAIL,
    begins: 0,
    leftOut: 0,
  };
  private next = this.state;
  private frame: number | null = null;
  private line: FeedSource | null = null;
  private wanted: Wanted = { tail: null, shop: false };
  private readonly listeners = new Set<() => void>();

  /** Opens the feed, and loads the earlier points of the charts. */
  start(): void {
    this.line = openFeedSource(ROOT, this.wanted, {
      onMessage: (name, json) => {
        this.change(this.told(name, json));
      },
      onBegin: () => {
        this.change({ begins: this.next.begins + 1 });
      },
      onState: (state) => {
        const { connection, refusal } = this.next;
        if (state.connection !== connection || state.refusal !== refusal) this.change(state);
      },
    });
    void this.loadSeries();
  }

  /** Ends the feed. */
  stop(): void {
    this.line?.close();
    this.line = null;
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
  }

  /** Starts or stops requesting more than the overview. */
  want(change: Partial<Wanted>): void {
    const wanted = { ...this.wanted, ...change };
    if (wanted.tail !== this.wanted.tail) this.change({ tail: EMPTY_TAIL });
    this.wanted = wanted;
    // When one view replaces another, both changes make one request.
    queueMicrotask(() => {
      if (this.wanted === wanted) this.line?.want(wanted);
    });
  }

  readonly snapshot = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What a message changes. */
  private told(name: MessageName, json: string): Partial<LiveState> {
    const message: unknown = JSON.parse(json);
    switch (name) {
      case 'redis':
        return { redis: message as LiveMessages['redis'] };
      case 'overview': {
        const overview = message as LiveMessages['overview'];
        return { overview, redis: overview.redis, points: joinPoints(this.next.points, [overview.point]) };
      }
      case 'shop':
        return { shop: message as LiveMessages['shop'] };
      case 'entries': {
        const { tail } = this.next;
        const own = entriesFor(this.wanted.tail, message as LiveMessages['entries']);
        return { tail: addEntries(tail, onlyNew(tail, own)) };
      }
      case 'left-out':
        return { leftOut: this.next.leftOut + (message as LiveMessages['left-out']).messages };
      case 'beat':
      case 'renew':
        return {};
    }
  }

  private change(change: Partial<LiveState>): void {
    this.next = { ...this.next, ...change };
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.state = this.next;
      for (const listener of this.listeners) listener();
    });
  }

  private async loadSeries(): Promise<void> {
    try {
      const { points } = await get<Series>('/api/series');
      this.change({ points: joinPoints(points, this.next.points) });
    } catch {
      // The charts start empty. The live feed says what is wrong.
    }
  }
}
