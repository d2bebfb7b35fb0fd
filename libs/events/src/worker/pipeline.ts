import { KeyedQueue } from '../concurrency/keyed-queue.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Pause } from '../delivery/pause.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';
import { decodeEvent, decryptAndValidate, validateEvent, type DecodedEvent } from '../dispatch/decoded-event.js';
import { DeferredDeliveries, type DeferredEntry } from '../dispatch/deferred-deliveries.js';
import type { DispatchParts } from '../dispatch/dispatch-parts.js';
import { deliveryForNobody, handlerDeliveryOf, type DecodedHandlerDelivery } from '../dispatch/handler-deliveries.js';
import { HandlerRunner } from '../dispatch/handler-runner.js';
import { OutcomeExecutor } from '../dispatch/outcome-executor.js';
import { Pauses } from '../dispatch/pauses.js';
import { Quarantine } from '../dispatch/quarantine.js';
import { QuarantinedDecoding } from '../dispatch/quarantined-decoding.js';
import { orderingKeyOf, type QueuedDelivery } from '../dispatch/queued-delivery.js';
import { Redeliveries } from '../dispatch/redeliveries.js';
import { RejectedEntries } from '../dispatch/rejected-entries.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { isLoss, type Outcome } from '../model/outcome.js';
import { textOf } from '../model/thrown.js';
import type { InFlightDeliveries } from '../read/in-flight-deliveries.js';
import type { Redelivery } from '../read/redelivery.js';
import type { DeliverySink } from '../read/stream-source.js';
import { DONE, noteField } from '../stream/entries/delivery-notes.js';

const READING_KEYS = 'Reading keys of personal data';

export interface PipelineParts extends DispatchParts {
  /** All that the worker holds, of all its pipelines. */
  allInFlight: InFlightDeliveries;
}

/**
 * The way of an event after it was read: decode → validate → dispatch → settle.
 *
 * An event is decoded and validated when it arrives. Then it waits for its turn: events of one ordering key are dispatched one after the
 * other. A quarantined entry is decoded at its turn, and encrypted data is decrypted and validated then.
 */
export class Pipeline implements DeliverySink {
  private readonly logger = new SafeLogger(WORKER);
  private readonly queue: KeyedQueue<QueuedDelivery, DeferredEntry>;
  private readonly deferred: DeferredDeliveries;
  private readonly redeliveries: Redeliveries;
  private readonly pauses: Pauses;
  private readonly quarantined: QuarantinedDecoding;
  private readonly rejected: RejectedEntries;
  private readonly runner: HandlerRunner;
  private readonly outcomes: OutcomeExecutor;
  private readonly forget: () => void;

  constructor(private readonly parts: PipelineParts) {
    const { allInFlight, stopping } = parts;
    const quarantine = new Quarantine(parts);
    this.outcomes = new OutcomeExecutor(parts);
    this.rejected = new RejectedEntries(parts, this.outcomes);
    this.quarantined = new QuarantinedDecoding(parts, quarantine, this.rejected, this.outcomes);
    this.runner = new HandlerRunner(parts, quarantine);
    this.pauses = new Pauses(stopping);
    this.redeliveries = new Redeliveries(allInFlight, stopping);
    this.deferred = new DeferredDeliveries(
      allInFlight,
      this.redeliveries,
      stopping,
      (inFlight) => this.prepare(inFlight),
      (key, queued) => {
        this.queue.resumeKey(key, queued);
      },
    );
    this.queue = new KeyedQueue<QueuedDelivery, DeferredEntry>(
      (queued) => this.goOn(queued),
      (queued) => this.giveRoomBack(queued),
      this.deferred,
      (key, error) => {
        this.logger.error(`An event of ${key} could not be settled`, textOf(error).stack);
      },
    );
    const { queue, pauses } = this;
    this.forget = allInFlight.room.relieveBy({
      get keys() {
        return queue.size;
      },
      relieve(share) {
        queue.relieve(share);
      },
      deferPaused(most) {
        return pauses.defer(most);
      },
    });
  }

  /** Takes a delivery on its way, unless it is in flight already. It is settled whatever goes wrong on the way. Never throws. */
  accept(inFlight: InFlightDelivery): void {
    if (!this.parts.allInFlight.add(inFlight)) return;
    const queued = this.prepare(inFlight);
    this.queue.run(orderingKeyOf(queued), queued);
  }

  /** Deferred entries of a stream are read again by `redelivery`. */
  readDeferredBy(streamKey: string, redelivery: Redelivery): void {
    this.redeliveries.readBy(streamKey, redelivery);
  }

  /** Accepts nothing more, and forgets what was deferred: it is somebody else's. */
  close(): void {
    this.forget();
    this.redeliveries.close();
  }

  /** Decodes and validates. Never throws. */
  private prepare(inFlight: InFlightDelivery): QueuedDelivery {
    if (inFlight.isQuarantined) return { inFlight, next: 'decode' };
    try {
      const decoded = decodeEvent(inFlight);
      if (decoded.sealed) return { inFlight, next: 'decrypt', decoded };
      validateEvent(inFlight, decoded);
      return { inFlight, next: 'dispatch', decoded };
    } catch (error) {
      return { inFlight, next: 'reject', error };
    }
  }

  /** The turn of a delivery has come. */
  private goOn(queued: QueuedDelivery): Promise<unknown> {
    switch (queued.next) {
      case 'dispatch':
        return this.dispatch(queued.inFlight, queued.decoded, queued.pauses);
      case 'decrypt':
        return this.decrypt(queued.inFlight, queued.decoded, queued.pauses);
      case 'decode':
        return this.decodeInQuarantine(queued.inFlight, queued.pauses);
      case 'reject':
        return this.rejected.settle(queued.inFlight, queued.error);
    }
  }

  private async decodeInQuarantine(inFlight: InFlightDelivery, pauses?: readonly Pause[]): Promise<void> {
    const decoded = await this.quarantined.decode(inFlight);
    if (!decoded) return;
    await (decoded.sealed ? this.decrypt(inFlight, decoded, pauses) : this.dispatch(inFlight, decoded, pauses));
  }

  /** Decrypts and validates. While Redis gives no keys, the delivery waits. */
  private async decrypt(inFlight: InFlightDelivery, decoded: DecodedEvent, pauses?: readonly Pause[]): Promise<void> {
    const { outages, transactions } = this.parts;
    try {
      await outages.through(READING_KEYS, () => decryptAndValidate(inFlight, decoded, transactions));
      outages.succeeded(READING_KEYS);
    } catch (error) {
      // After a loss there is nothing to settle: others take the delivery over.
      if (!isLoss(error)) await this.rejected.settle(inFlight, error);
      return;
    }
    await this.dispatch(inFlight, decoded, pauses);
  }

  /** Gives the event to each handler that is not done with it. An event without such a handler is acknowledged. */
  private dispatch(
    inFlight: InFlightDelivery,
    { event, handlers }: DecodedEvent,
    pauses?: readonly Pause[],
  ): Promise<unknown> {
    const undone = inFlight.isNoted
      ? handlers.filter(({ name }) => inFlight.notes.get(noteField(inFlight.entry.id, name)) !== DONE)
      : handlers;
    const [first, second] = undone;
    if (!first) return this.acknowledge(deliveryForNobody(inFlight, event, handlers));
    inFlight.openHandlers = undone.length;
    if (!second) return this.handle(handlerDeliveryOf(inFlight, event, first, handlers), first, pauses);
    return Promise.all(
      undone.map((handler) => this.handle(handlerDeliveryOf(inFlight, event, handler, handlers), handler, pauses)),
    );
  }

  /**
   * Runs one handler and settles the outcome, again and again until the delivery is settled for this handler, the worker stops, or the
   * event is deferred in a retry pause. Never throws.
   *
   * @param pauses in which the event was deferred, where several handlers had one
   */
  private async handle(
    handlerDelivery: DecodedHandlerDelivery,
    handler: RegisteredHandler,
    pauses: readonly Pause[] | undefined,
  ): Promise<void> {
    const { inFlight } = handlerDelivery;
    try {
      let pause = pauses?.find((one) => one.handler === handler.name);
      for (;;) {
        if (pause && (await this.pauses.until(inFlight, pause))) return;
        const outcome = await this.runner.run(handlerDelivery, handler);
        // A success was committed by its run: after a conflict the handler runs again at once.
        if (!outcome || outcome.kind === 'commit') return;
        const retryAt = await this.settle(handlerDelivery, outcome);
        if (retryAt === undefined) return;
        pause = { handler: handler.name, until: retryAt };
      }
    } catch (thrown) {
      await this.outcomes.giveUp(handlerDelivery, thrown);
      await handlerDelivery.overrun;
    }
  }

  /** @returns when the next attempt begins, by the clock of `performance.now()`; undefined when the delivery is settled */
  private async settle(handlerDelivery: DecodedHandlerDelivery, outcome: Outcome): Promise<number | undefined> {
    const delayMs = await this.outcomes.carryOut(handlerDelivery, outcome);
    const retryAt = delayMs === undefined ? undefined : performance.now() + delayMs;
    // Until the handler has really ended, nothing else of its key may begin.
    if (handlerDelivery.overrun) await this.runner.untilEnded(handlerDelivery, outcome);
    return retryAt;
  }

  private async acknowledge(handlerDelivery: DecodedHandlerDelivery): Promise<void> {
    try {
      await this.parts.settler.commit(handlerDelivery, undefined);
    } catch (thrown) {
      if (!isLoss(thrown)) this.outcomes.logUnexpected(handlerDelivery, thrown);
    }
  }

  /** The delivery's turn has ended. @returns its ticket where it was deferred in a retry pause */
  private giveRoomBack(queued: QueuedDelivery): DeferredEntry | undefined {
    const { inFlight } = queued;
    if (inFlight.deferredIn) return this.deferred.deferInPause(queued, inFlight.deferredIn);
    this.parts.allInFlight.remove(inFlight);
    return undefined;
  }
}
