import { overrunOf, type Delivery } from '../delivery/delivery.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';
import type { DispatchParts } from './dispatch-parts.js';

/** The slots of handlers that run. One that runs on after its time limit keeps its slot. */
export class HandlerSlots {
  constructor(private readonly parts: Pick<DispatchParts, 'semaphore' | 'overruns'>) {}

  /**
   * Takes a slot for a run. In quarantine nothing else runs: if the worker dies of this event, it loses nothing else.
   *
   * @returns undefined when it was to be had at once
   */
  acquire({ isQuarantined }: InFlightDelivery): Promise<void> | undefined {
    return this.parts.semaphore.acquire(isQuarantined);
  }

  /** Gives the slot of a run back, as soon as its handler has really ended. @param delivery undefined where the handler was not called */
  release(handlerDelivery: HandlerDelivery, handler: RegisteredHandler, delivery: Delivery | undefined): void {
    const ended = delivery && overrunOf(delivery);
    if (ended) this.keepUntil(ended, handlerDelivery, handler);
    else this.parts.semaphore.release(handlerDelivery.inFlight.isQuarantined);
  }

  private keepUntil(
    ended: Promise<void>,
    handlerDelivery: HandlerDelivery,
    { name, timeoutMs }: RegisteredHandler,
  ): void {
    const { semaphore, overruns } = this.parts;
    const { isQuarantined, streamKey, entry } = handlerDelivery.inFlight;
    // Nothing else ran until its time limit; from now on the others go on.
    if (isQuarantined) semaphore.keepOne();
    const end = overruns.begin({ handler: name, timeoutMs, streamKey, id: entry.id });
    handlerDelivery.overrun = ended.then(() => {
      end();
      semaphore.release();
    });
  }
}
