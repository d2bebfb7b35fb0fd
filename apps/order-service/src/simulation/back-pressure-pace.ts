import { setTimeout } from 'node:timers/promises';
import { GROUPS, STREAMS } from '@shop/contracts';
import { roomFor, type GroupWork } from '@shop/simulation';
import type { EventMonitor } from 'nestjs-event-streams';
import { directMonitorOf, type DirectMonitor } from 'nestjs-event-streams/internal';
import type { Pace } from './pace.js';

/** The maximum backlog of the shop, in events: enough for full batches, and handled within a second or two. */
const MAX_BACKLOG = 4000;
/**
 * How often the backlog is read, and how many orders are admitted each time, by all threads together. If more were admitted at once,
 * workers would read batches of orders only, while the payments of the first ones wait.
 */
const CHECK_EVERY_MS = 50;
const MAX_ADMITTED = 200;
const SHOP_GROUPS: ReadonlySet<string> = new Set(Object.values(GROUPS));

/** The fastest pace that the shop can handle: customers arrive as long as the backlog is below its maximum. */
export class BackPressurePace implements Pace {
  private readonly monitor: DirectMonitor;
  private admitted = 0;
  /** When the backlog may be read again, by `performance.now()`. */
  private nextCheckAtMs = 0;

  /**
   * @param threads how many threads share the admitted orders
   * @param open how many orders this thread is publishing, which may not be in the stream yet
   */
  constructor(
    monitor: EventMonitor,
    private readonly threads: number,
    private readonly open: () => number,
    private readonly stopping: AbortSignal,
  ) {
    this.monitor = directMonitorOf(monitor);
  }

  next(): Promise<void> | undefined {
    if (this.admitted === 0) return this.waitForRoom();
    this.admitted -= 1;
    return undefined;
  }

  private async waitForRoom(): Promise<void> {
    while (!this.stopping.aborted) {
      const restMs = this.nextCheckAtMs - performance.now();
      if (restMs > 0) await setTimeout(restMs, undefined, { signal: this.stopping }).catch(() => undefined);
      this.nextCheckAtMs = performance.now() + CHECK_EVERY_MS;
      const open = this.open();
      // No customer is admitted while Redis is away. The library logs the outage.
      const room = await this.work().then(
        (work) => Math.min(roomFor(work, MAX_BACKLOG), MAX_ADMITTED),
        () => 0,
      );
      const share = Math.floor(room / this.threads) - open;
      if (share > 0) {
        this.admitted = share - 1;
        return;
      }
    }
  }

  private async work(): Promise<GroupWork[]> {
    const works = STREAMS.map(async (stream) => {
      const groups = await this.monitor.positions(stream);
      return groups.filter(({ name }) => SHOP_GROUPS.has(name)).map(({ pending, lag }) => ({ stream, pending, lag }));
    });
    return (await Promise.all(works)).flat();
  }
}
