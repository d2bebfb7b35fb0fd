import { setTimeout } from 'node:timers/promises';
import { GROUPS, STREAMS } from '@shop/contracts';
import { roomFor, type GroupWork } from '@shop/simulation';
import type { EventMonitor } from 'nestjs-event-streams';
import type { Pace } from './pace.js';

/** Events that the shop may have to carry at once: enough for whole batches, and carried within a second or two. */
const MOST_UNDER_WAY = 4000;
const LOOK_AGAIN_MS = 50;

const OURS: ReadonlySet<string> = new Set(Object.values(GROUPS));

/** Customers come as fast as the shop carries their orders: so many as there is room for, and then a look for new room. */
export class ShopPace implements Pace {
  private admitted = 0;

  /**
   * @param threads that share the room
   * @param open how many orders this thread is publishing: they may not be in the stream yet
   */
  constructor(
    private readonly monitor: EventMonitor,
    private readonly threads: number,
    private readonly open: () => number,
    private readonly stopping: AbortSignal,
  ) {}

  next(): Promise<void> | undefined {
    if (this.admitted === 0) return this.waitForRoom();
    this.admitted -= 1;
    return undefined;
  }

  private async waitForRoom(): Promise<void> {
    while (!this.stopping.aborted) {
      const open = this.open();
      // While Redis is away nobody comes; the library says that it is.
      const room = await this.work().then(
        (work) => roomFor(work, MOST_UNDER_WAY),
        () => 0,
      );
      const share = Math.floor(room / this.threads) - open;
      if (share > 0) {
        this.admitted = share - 1;
        return;
      }
      await setTimeout(LOOK_AGAIN_MS, undefined, { signal: this.stopping }).catch(() => undefined);
    }
  }

  private async work(): Promise<GroupWork[]> {
    const looks = STREAMS.map(async (stream) => {
      const groups = await this.monitor.positions(stream);
      return groups.filter(({ name }) => OURS.has(name)).map(({ pending, lag }) => ({ stream, pending, lag }));
    });
    return (await Promise.all(looks)).flat();
  }
}
