import { setTimeout } from 'node:timers/promises';
import { GROUPS, STREAMS } from '@shop/contracts';
import { roomFor, type GroupWork } from '@shop/simulation';
import type { EventMonitor } from 'nestjs-event-streams';
import type { Pace } from './pace.js';

/** Events that the shop may have to carry at once: enough for whole batches, and carried within a second or two. */
const MAX_UNDER_WAY = 4000;
/**
 * How often there is a look for room, and how many orders it lets in, of all threads together. A flood of orders would
 * still be read while what has become of the first ones is there already, and batches would be of one kind at a time.
 */
const LOOK_AGAIN_MS = 50;
const MAX_AT_ONCE = 200;

const OURS: ReadonlySet<string> = new Set(Object.values(GROUPS));

/** Customers come as fast as the shop carries their orders: so many as there is room for, and then a look for new room. */
export class ShopPace implements Pace {
  private admitted = 0;
  /** When there may be a look again, by `performance.now()`. */
  private lookAtMs = 0;

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
      const restMs = this.lookAtMs - performance.now();
      if (restMs > 0) await setTimeout(restMs, undefined, { signal: this.stopping }).catch(() => undefined);
      this.lookAtMs = performance.now() + LOOK_AGAIN_MS;
      const open = this.open();
      // While Redis is away nobody comes; the library says that it is.
      const room = await this.work().then(
        (work) => Math.min(roomFor(work, MAX_UNDER_WAY), MAX_AT_ONCE),
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
    const looks = STREAMS.map(async (stream) => {
      const groups = await this.monitor.positions(stream);
      return groups.filter(({ name }) => OURS.has(name)).map(({ pending, lag }) => ({ stream, pending, lag }));
    });
    return (await Promise.all(looks)).flat();
  }
}
