import { Standstill } from '../concurrency/standstill.js';
import type { HandlerDelivery, QuarantineRun } from '../delivery/handler-delivery.js';
import { outcomeBeforehand, type Outcome } from '../model/outcome.js';
import type { Settler } from '../settle/settler.js';
import type { FailureNote } from '../stream/delivery-notes.js';
import type { DecodedHandlerDelivery } from './handler-deliveries.js';

/** After a standstill of this part of `takeoverAfterMs` others may have taken the delivery over: renewals were missed. */
const DOUBTFUL_STANDSTILL = 1 / 2;

/**
 * The quarantine of events of which workers may have died: while one is tried nothing else runs, and Redis knows of the try from
 * its beginning to its end. Tries that never ended count as crashes.
 */
export class Quarantine {
  /** Tries so far, of all partitions: their names must not repeat. */
  private static runs = 0;

  /** @param takeoverAfterMs after how long without a sign of life others take this worker's deliveries over */
  constructor(
    private readonly consumer: string,
    private readonly settler: Settler,
    private readonly takeoverAfterMs: number,
  ) {}

  /** Notes in Redis that a try begins, before it does: a crash leaves the note behind. @throws DeliveryLostError */
  async begin(handlerDelivery: HandlerDelivery, note: FailureNote): Promise<QuarantineRun> {
    const run = handlerDelivery.quarantineRun ?? this.newRun();
    await this.settler.note(handlerDelivery, note, `+${run.name}`);
    return run;
  }

  /**
   * The try has not ended the worker. But where it stood still for so long that others took the delivery over, the event
   * may be the reason, and would be the next time, too.
   */
  async end(
    handlerDelivery: HandlerDelivery,
    { name, standstill }: QuarantineRun,
    outcome: Outcome | undefined,
  ): Promise<void> {
    const stoodStillMs = standstill.end();
    // With its commit the note was removed.
    if (outcome?.kind === 'commit' || stoodStillMs > this.takeoverAfterMs * DOUBTFUL_STANDSTILL) return;
    // Where Redis stays away, it counts as one of whose end nothing is known.
    await this.settler.endQuarantineRun(handlerDelivery, name).catch(() => undefined);
  }

  /** What is known against an event before its handler runs; a try in quarantine begins here. */
  async beforehand(handlerDelivery: DecodedHandlerDelivery, note: FailureNote): Promise<Outcome | undefined> {
    const { inFlight, event, handler } = handlerDelivery;
    const isParked = await this.settler.isParked(handlerDelivery);
    if (!inFlight.isQuarantined)
      return outcomeBeforehand(handler, { crashes: 0, isParked, partitionKey: event.partition_key });
    // Others may have come to their end since this delivery was taken over.
    note.openQuarantineRuns = (await this.settler.openQuarantineRuns(handlerDelivery)).filter(
      (name) => name !== handlerDelivery.quarantineRun?.name,
    );
    const crashes = note.openQuarantineRuns.length;
    const known = outcomeBeforehand(handler, { crashes, isParked, partitionKey: event.partition_key });
    if (known) return known;
    handlerDelivery.quarantineRun ??= this.newRun();
    await this.settler.note(handlerDelivery, note, `+${handlerDelivery.quarantineRun.name}`);
    return undefined;
  }

  private newRun(): QuarantineRun {
    return { name: `${this.consumer}/${String((Quarantine.runs += 1))}`, standstill: new Standstill() };
  }
}
