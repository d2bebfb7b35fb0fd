import { SafeLogger } from '../log/safe-logger.js';
import { textOf } from '../model/thrown.js';
import type { DeliverySink } from '../read/source.js';
import { acceptedOf, laneOf, type Accepted, type Unread } from '../dispatch/accepted.js';
import { Aside, type Ticket } from '../dispatch/aside.js';
import type { Redelivery } from '../read/redelivery.js';
import type { HandlerRunner } from '../dispatch/handler-runner.js';
import { KeyedQueue } from '../concurrency/keyed-queue.js';
import type { Pause } from '../delivery/pause.js';
import { isSealed, type ReadEvent, type SealedEvent } from '../dispatch/read-event.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { InFlightDeliveries } from '../read/in-flight.js';
import type { Stopping } from '../concurrency/stopping.js';
import { DONE, noteField } from '../stream/delivery-notes.js';

/** The way of an event, from the stream's entry to its settlement: decode → validate → dispatch → settle. */
export class Pipeline implements DeliverySink {
  private readonly logger = new SafeLogger(Pipeline.name);
  private readonly aside: Aside;
  private readonly lanes: KeyedQueue<Accepted, Ticket>;
  private readonly forget: () => void;

  /** @param stopping ends the waiting of what was set aside: others get it */
  constructor(
    private readonly allInFlight: InFlightDeliveries,
    private readonly runner: HandlerRunner,
    stopping: Stopping,
  ) {
    this.aside = new Aside(allInFlight, stopping, (lane, accepted) => {
      this.lanes.resume(lane, accepted);
    });
    this.lanes = new KeyedQueue<Accepted, Ticket>(
      (accepted) => this.untilSettled(accepted),
      (accepted) => this.end(accepted),
      this.aside,
      (key, error) => {
        this.logger.error(`An event of ${key} could not be settled`, textOf(error).stack);
      },
    );
    const { lanes } = this;
    this.forget = allInFlight.relieveBy({
      get keys() {
        return lanes.size;
      },
      relieve(share) {
        lanes.relieve(share);
      },
      setAsidePaused(most) {
        return runner.pauses.setAside(most);
      },
    });
  }

  /** Says where entries of a stream come from, when they were set aside. */
  comesFrom(stream: string, source: Redelivery): void {
    this.aside.comesFrom(stream, source);
  }

  /** Nothing more is accepted: what was set aside is somebody else's. */
  close(): void {
    this.forget();
    this.aside.close();
  }

  /** Takes an entry that was read; what comes of it is settled in Redis. Never throws. */
  accept(inFlight: InFlightDelivery): void {
    if (!this.allInFlight.add(inFlight)) return;
    const accepted = acceptedOf(inFlight);
    this.lanes.run(laneOf(accepted), accepted);
  }

  /** @returns by what it is found again, where it was set aside */
  private end(accepted: Accepted): Ticket | undefined {
    const { inFlight } = accepted;
    if (inFlight.setAsideIn) return this.aside.rest(accepted, inFlight.setAsideIn);
    this.allInFlight.remove(inFlight);
    return undefined;
  }

  private untilSettled(accepted: Accepted): Promise<unknown> {
    const { inFlight } = accepted;
    if ('thrown' in accepted) return this.runner.reading.reject(inFlight, accepted.thrown);
    if ('event' in accepted) return this.dispatch(inFlight, accepted, accepted.left);
    return 'toOpen' in accepted ? this.open(inFlight, accepted.toOpen, accepted.left) : this.readInQuarantine(accepted);
  }

  private async readInQuarantine({ inFlight, left }: Unread): Promise<void> {
    const read = await this.runner.reading.readInQuarantine(inFlight);
    if (read) await (isSealed(read) ? this.open(inFlight, read, left) : this.dispatch(inFlight, read, left));
  }

  private async open(inFlight: InFlightDelivery, sealed: SealedEvent, left?: readonly Pause[]): Promise<void> {
    const read = await this.runner.reading.open(inFlight, sealed);
    if (read) await this.dispatch(inFlight, read, left);
  }

  private dispatch(
    inFlight: InFlightDelivery,
    { event, handlers }: ReadEvent,
    left?: readonly Pause[],
  ): Promise<unknown> {
    const undone = inFlight.isNoted
      ? handlers.filter(({ name }) => inFlight.notes.get(noteField(inFlight.entry.id, name)) !== DONE)
      : handlers;
    const [first, second] = undone;
    if (!first) return this.runner.skip(inFlight, event, handlers);
    inFlight.openHandlers = undone.length;
    if (!second) return this.runner.untilSettled(inFlight, event, first, handlers, left);
    return Promise.all(undone.map((handler) => this.runner.untilSettled(inFlight, event, handler, handlers, left)));
  }
}
