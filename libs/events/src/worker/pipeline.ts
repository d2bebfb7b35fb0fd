import { SafeLogger } from '../log/safe-logger.js';
import { textOf } from '../model/thrown.js';
import type { DeliverySink } from '../read/stream-source.js';
import { acceptedOf, orderingKeyOf, type Accepted, type Unread } from '../dispatch/accepted.js';
import { DeferredDeliveries, type DeferredEntry } from '../dispatch/deferred-deliveries.js';
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
  private readonly deferred: DeferredDeliveries;
  private readonly queue: KeyedQueue<Accepted, DeferredEntry>;
  private readonly forget: () => void;

  /** @param stopping ends the waiting of what was deferred: others get it */
  constructor(
    private readonly allInFlight: InFlightDeliveries,
    private readonly runner: HandlerRunner,
    stopping: Stopping,
  ) {
    this.deferred = new DeferredDeliveries(allInFlight, stopping, (key, accepted) => {
      this.queue.resumeKey(key, accepted);
    });
    this.queue = new KeyedQueue<Accepted, DeferredEntry>(
      (accepted) => this.process(accepted),
      (accepted) => this.end(accepted),
      this.deferred,
      (key, error) => {
        this.logger.error(`An event of ${key} could not be settled`, textOf(error).stack);
      },
    );
    const { queue } = this;
    this.forget = allInFlight.relieveBy({
      get keys() {
        return queue.size;
      },
      relieve(share) {
        queue.relieve(share);
      },
      deferPaused(most) {
        return runner.pauses.defer(most);
      },
    });
  }

  /** Says where deferred entries of a stream are read again. */
  comesFrom(stream: string, source: Redelivery): void {
    this.deferred.comesFrom(stream, source);
  }

  /** Nothing more is accepted: what was deferred is somebody else's. */
  close(): void {
    this.forget();
    this.deferred.close();
  }

  /** Takes an entry that was read; what comes of it is settled in Redis. Never throws. */
  accept(inFlight: InFlightDelivery): void {
    if (!this.allInFlight.add(inFlight)) return;
    const accepted = acceptedOf(inFlight);
    this.queue.run(orderingKeyOf(accepted), accepted);
  }

  /** @returns by what it is found again, where it was deferred */
  private end(accepted: Accepted): DeferredEntry | undefined {
    const { inFlight } = accepted;
    if (inFlight.deferredIn) return this.deferred.deferInPause(accepted, inFlight.deferredIn);
    this.allInFlight.remove(inFlight);
    return undefined;
  }

  private process(accepted: Accepted): Promise<unknown> {
    const { inFlight } = accepted;
    if ('thrown' in accepted) return this.runner.reading.reject(inFlight, accepted.thrown);
    if ('event' in accepted) return this.dispatch(inFlight, accepted, accepted.pauses);
    return 'toOpen' in accepted
      ? this.open(inFlight, accepted.toOpen, accepted.pauses)
      : this.readInQuarantine(accepted);
  }

  private async readInQuarantine({ inFlight, pauses }: Unread): Promise<void> {
    const read = await this.runner.reading.readInQuarantine(inFlight);
    if (read) await (isSealed(read) ? this.open(inFlight, read, pauses) : this.dispatch(inFlight, read, pauses));
  }

  private async open(inFlight: InFlightDelivery, sealed: SealedEvent, pauses?: readonly Pause[]): Promise<void> {
    const read = await this.runner.reading.open(inFlight, sealed);
    if (read) await this.dispatch(inFlight, read, pauses);
  }

  private dispatch(
    inFlight: InFlightDelivery,
    { event, handlers }: ReadEvent,
    pauses?: readonly Pause[],
  ): Promise<unknown> {
    const undone = inFlight.isNoted
      ? handlers.filter(({ name }) => inFlight.notes.get(noteField(inFlight.entry.id, name)) !== DONE)
      : handlers;
    const [first, second] = undone;
    if (!first) return this.runner.skip(inFlight, event, handlers);
    inFlight.openHandlers = undone.length;
    if (!second) return this.runner.run(inFlight, event, first, handlers, pauses);
    return Promise.all(undone.map((handler) => this.runner.run(inFlight, event, handler, handlers, pauses)));
  }
}
