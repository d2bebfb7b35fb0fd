import { LeaseLostError } from '../model/errors/delivery.js';
import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Redelivery } from '../read/redelivery.js';
import type { InFlightDeliveries } from '../read/in-flight.js';
import type { Stopping } from '../concurrency/stopping.js';
import { SafeLogger } from '../log/safe-logger.js';
import { DueQueue } from '../collections/due-queue.js';
import { acceptedOf, laneOf, type Accepted } from './accepted.js';
import type { Outside } from '../concurrency/keyed-queue.js';
import { endOf } from './pauses.js';
import type { Pause } from '../delivery/pause.js';

/** What is kept of an entry that is set aside. */
export interface Ticket {
  readonly stream: string;
  readonly id: string;
}

/** One in its retry pause. */
interface Resting extends Ticket {
  readonly lane: string;
  /** When its pause, or the first of its pauses, is over. */
  readonly until: number;
  /** Where several handlers have one. */
  readonly left: readonly Pause[] | undefined;
}

/** Of what was set aside so much is taken up at once; and where Redis is away, so long until it is tried again, in milliseconds. */
const TAKEN_UP_AT_ONCE = 100;
const PAUSE_MS = 250;

/**
 * What a worker has and does not hold, since it was full: what waits behind others of its key, and what is in a retry pause. It
 * waits in Redis, delivered to this worker, and is read again when its turn has come.
 */
export class Aside implements Outside<Accepted, Ticket> {
  private readonly logger = new SafeLogger(Aside.name);
  private readonly sources = new Map<string, Redelivery>();
  /** What was set aside in this turn of the event loop. */
  private leaving: InFlightDelivery[] = [];
  private readonly resting = new DueQueue<Resting>();
  private timer: NodeJS.Timeout | undefined;
  private isTakingUp = false;
  private isClosed = false;

  /**
   * @param stopping ends the waiting of what was set aside: others get it
   * @param resume goes on with a lane that rests. Without an entry: it is not there any more
   */
  constructor(
    private readonly allInFlight: InFlightDeliveries,
    private readonly stopping: Stopping,
    private readonly resume: (lane: string, accepted: Accepted | undefined) => void,
  ) {}

  /** Says where entries of a stream come from. */
  comesFrom(stream: string, source: Redelivery): void {
    this.sources.set(stream, source);
  }

  /** What was set aside is somebody else's. */
  close(): void {
    this.isClosed = true;
    for (const stream of this.sources.keys()) {
      for (const id of this.allInFlight.asideOf(stream)) this.allInFlight.forgetAside(stream, id);
    }
  }

  /** Lets an entry go that waits behind others of its key. */
  leave({ inFlight }: Accepted): Ticket {
    this.putAside(inFlight);
    return { stream: inFlight.stream, id: inFlight.entry.id };
  }

  /** Lets an entry go that is in a retry pause; its lane goes on when that is over. */
  rest(accepted: Accepted, pauses: readonly Pause[]): Ticket {
    const { inFlight } = accepted;
    this.putAside(inFlight);
    const left = pauses.length > 1 ? pauses : undefined;
    const resting = {
      stream: inFlight.stream,
      id: inFlight.entry.id,
      lane: laneOf(accepted),
      until: endOf(pauses),
      left,
    };
    this.resting.add(resting);
    this.awaitDue();
    return resting;
  }

  /** The first of those that wait behind others, as far as they came by one stream. */
  async bring(tickets: readonly Ticket[]): Promise<{ items: Accepted[]; used: number }> {
    const stream = tickets[0]?.stream ?? '';
    const most = Math.max(1, Math.min(TAKEN_UP_AT_ONCE, Math.floor(this.allInFlight.roomToBring / 2)));
    let used = 1;
    while (used < most && tickets[used]?.stream === stream) used += 1;
    const items = await this.takeUp(
      stream,
      tickets.slice(0, used).map(({ id }) => id),
    );
    return { items, used: items.length === 0 && this.stopping.isStopping ? tickets.length : used };
  }

  private putAside(inFlight: InFlightDelivery): void {
    this.allInFlight.putAside(inFlight);
    if (this.isClosed) {
      this.allInFlight.forgetAside(inFlight.stream, inFlight.entry.id);
      return;
    }
    if (this.leaving.length === 0) setImmediate(this.tellAside);
    this.leaving.push(inFlight);
  }

  private readonly tellAside = (): void => {
    const { leaving } = this;
    this.leaving = [];
    for (const [stream, own] of byStream(leaving, ({ stream }) => stream)) {
      void this.sources.get(stream)?.setAside(own);
    }
  };

  /** Those that are still this worker's; none when it stops. Never rejects. */
  private async takeUp(stream: string, ids: readonly string[]): Promise<Accepted[]> {
    // In this order: that a delivery does not count must not be said of the next one.
    this.tellAside();
    while (!this.stopping.isStopping) {
      try {
        const found = (await this.sources.get(stream)?.takeUp(ids)) ?? [];
        this.forget(stream, ids);
        return this.taken(found);
      } catch (error) {
        if (isOutage(error) && !isGroupMissing(error)) {
          await this.stopping.orAfter(PAUSE_MS);
          continue;
        }
        // They are pending, and taken over when their claims have run out.
        this.forget(stream, ids);
        if (!isGroupMissing(error) && !(error instanceof LeaseLostError)) {
          const count = String(ids.length);
          this.logger.error(`${count} entries of ${stream} could not be read again: ${(error as Error).message}`);
        }
        return [];
      }
    }
    return [];
  }

  private taken(found: readonly InFlightDelivery[]): Accepted[] {
    return this.stopping.isStopping ? [] : found.filter((one) => this.allInFlight.add(one)).map(acceptedOf);
  }

  private forget(stream: string, ids: readonly string[]): void {
    for (const id of ids) this.allInFlight.forgetAside(stream, id);
  }

  private awaitDue(): void {
    clearTimeout(this.timer);
    const { first } = this.resting;
    if (!first || this.isTakingUp || this.stopping.isStopping) return;
    this.timer = setTimeout(() => void this.takeUpDue(), Math.max(0, first.until - performance.now()));
    // When the worker stops, nothing of it is waited for.
    this.timer.unref();
  }

  /** Goes on with the lanes whose pauses are over, as far as there is room. Never rejects. */
  private async takeUpDue(): Promise<void> {
    this.isTakingUp = true;
    while (!this.stopping.isStopping && (this.resting.first?.until ?? Infinity) <= performance.now()) {
      const room = await this.allInFlight.awaitRoomToResume(TAKEN_UP_AT_ONCE, PAUSE_MS);
      // What is new gets as much of the room.
      const most = Math.min(TAKEN_UP_AT_ONCE, Math.ceil(room / 2));
      const due = this.resting.take(performance.now(), most);
      for (const [stream, own] of byStream(due, ({ stream }) => stream)) await this.resumeAll(stream, own);
    }
    this.isTakingUp = false;
    this.awaitDue();
  }

  private async resumeAll(stream: string, due: readonly Resting[]): Promise<void> {
    const items = await this.takeUp(
      stream,
      due.map(({ id }) => id),
    );
    const found = new Map(items.map((item) => [item.inFlight.entry.id, item]));
    for (const { id, lane, left } of due) {
      const item = found.get(id);
      this.resume(lane, item && left ? { ...item, left } : item);
    }
  }
}

function byStream<T>(items: readonly T[], streamOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const stream = streamOf(item);
    const own = groups.get(stream);
    if (own) own.push(item);
    else groups.set(stream, [item]);
  }
  return groups;
}
