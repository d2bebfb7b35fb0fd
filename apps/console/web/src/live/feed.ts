import type { LiveMessages } from '../../../src/contract/live.js';
import type { Overview, Series, SeriesPoint } from '../../../src/contract/overview.js';
import type { RedisState } from '../../../src/contract/session.js';
import type { ShopView } from '../../../src/contract/shop.js';
import { get } from '../api/client.js';
import { withQuery } from '../api/paths.js';
import { joinPoints } from './series.js';
import { addEntries, EMPTY_TAIL, type Tail } from './tail.js';

/** What the page knows of the moment. Each change is a new object; parts that did not change stay the same. */
export interface LiveState {
  /** `lost`: it was open, and is being opened again. */
  connection: 'connecting' | 'open' | 'lost';
  /** When it was lost. */
  lostAtMs: number | null;
  redis: RedisState | null;
  overview: Overview | null;
  points: readonly SeriesPoint[];
  shop: ShopView | null;
  tail: Tail;
  /** Messages that this page was too slow for. */
  leftOut: number;
}

/** What a view wants from the feed beside the overview. */
interface Wanted {
  /** A stream whose new entries are sent, too; `*` for those of all. */
  tail: string | null;
  /** The view of the shop. */
  shop: boolean;
}

/** A browser opens a lost feed again by itself, but gives up when an answer was none of success; then this does. */
const REOPEN_MS = 2000;

/**
 * The live feed: one connection for the whole page. What comes is gathered and told once per frame, so that the page
 * draws no more often than the screen, however much comes.
 */
export class LiveFeed {
  private state: LiveState = {
    connection: 'connecting',
    lostAtMs: null,
    redis: null,
    overview: null,
    points: [],
    shop: null,
    tail: EMPTY_TAIL,
    leftOut: 0,
  };
  private next = this.state;
  private frame: number | null = null;
  private source: EventSource | null = null;
  private opened = '';
  private reopening: ReturnType<typeof setTimeout> | null = null;
  private wanted: Wanted = { tail: null, shop: false };
  private readonly listeners = new Set<() => void>();

  /** Opens the feed, and loads what was seen before. */
  start(): void {
    this.open();
    void this.loadSeries();
  }

  /** Ends the feed. */
  stop(): void {
    this.source?.close();
    this.source = null;
    if (this.reopening !== null) clearTimeout(this.reopening);
    this.reopening = null;
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
  }

  /** Asks for more than the overview, or no longer for it. */
  want(change: Partial<Wanted>): void {
    const wanted = { ...this.wanted, ...change };
    if (wanted.tail !== this.wanted.tail) this.change({ tail: EMPTY_TAIL });
    this.wanted = wanted;
    // One view goes and another comes: what both want is opened once.
    queueMicrotask(() => {
      if (this.source !== null && feedPath(this.wanted) !== this.opened) this.open();
    });
  }

  readonly snapshot = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private open(): void {
    this.source?.close();
    this.opened = feedPath(this.wanted);
    const source = new EventSource(this.opened);
    this.source = source;
    source.addEventListener('open', () => {
      this.change({ connection: 'open', lostAtMs: null });
    });
    source.addEventListener('error', () => {
      if (this.source !== source) return;
      this.change({ connection: 'lost', lostAtMs: this.next.lostAtMs ?? Date.now() });
      if (source.readyState !== EventSource.CLOSED || this.reopening !== null) return;
      this.reopening = setTimeout(() => {
        this.reopening = null;
        this.open();
      }, REOPEN_MS);
    });
    this.on(source, 'redis', (redis) => ({ redis }));
    this.on(source, 'overview', (overview) => ({
      overview,
      redis: overview.redis,
      points: joinPoints(this.next.points, [overview.point]),
    }));
    this.on(source, 'shop', (shop) => ({ shop }));
    this.on(source, 'entries', (entries) => ({ tail: addEntries(this.next.tail, entries) }));
    this.on(source, 'left-out', ({ messages }) => ({ leftOut: this.next.leftOut + messages }));
  }

  private on<N extends keyof LiveMessages>(
    source: EventSource,
    name: N,
    change: (message: LiveMessages[N]) => Partial<LiveState>,
  ): void {
    source.addEventListener(name, (event: MessageEvent<string>) => {
      if (this.source === source) this.change(change(JSON.parse(event.data) as LiveMessages[N]));
    });
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
      // The charts begin with now; what is wrong shows elsewhere.
    }
  }
}

function feedPath({ tail, shop }: Wanted): string {
  return withQuery('/api/live', { tail, shop: shop ? true : undefined });
}
