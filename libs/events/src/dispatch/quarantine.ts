import { Standstill } from '../concurrency/standstill.js';
import type { HandlerDelivery, QuarantineRun } from '../delivery/handler-delivery.js';
import { outcomeBeforehand, type Outcome } from '../model/outcome.js';
import type { DispatchParts } from './dispatch-parts.js';

/** After a standstill of this part of `takeoverAfterMs` others may have taken the delivery over: renewals were missed. */
const DOUBTFUL_STANDSTILL = 1 / 2;

/**
 * The quarantine of events of which workers may have died. Nothing else runs during a quarantine run, and Redis has a note of the run
 * from its beginning to its end. A run without an end counts as a crash.
 */
export class Quarantine {
  /** Runs so far, of all partitions: their names must not repeat. */
  private static runs = 0;

  constructor(private readonly parts: Pick<DispatchParts, 'address' | 'settler' | 'takeoverAfterMs'>) {}

  /**
   * Notes in Redis that a run begins, before it does: a crash leaves the note behind. A delivery whose run has begun goes on with it.
   *
   * @returns the outcome when too many runs have crashed, and none begins; else undefined
   * @throws DeliveryLostError
   */
  async begin(handlerDelivery: HandlerDelivery): Promise<Outcome | undefined> {
    const { settler } = this.parts;
    const run = handlerDelivery.quarantineRun;
    // Others may have crashed since this delivery was taken over.
    const open = await settler.openQuarantineRuns(handlerDelivery);
    const openQuarantineRuns = open.filter((name) => name !== run?.name);
    handlerDelivery.note = { ...handlerDelivery.note, openQuarantineRuns };
    const crashes = openQuarantineRuns.length;
    const known = outcomeBeforehand(handlerDelivery.handler, { crashes, isParked: false, partitionKey: undefined });
    if (known) return known;
    const { name } = (handlerDelivery.quarantineRun = run ?? this.newRun());
    await settler.note(handlerDelivery, `+${name}`);
    return undefined;
  }

  /**
   * Takes the note of a run back, since the worker lives. After a long standstill the note stays: others may have taken the delivery
   * over, and the event may be what stopped the worker.
   */
  async end(handlerDelivery: HandlerDelivery, outcome?: Outcome): Promise<void> {
    const { settler, takeoverAfterMs } = this.parts;
    const { quarantineRun: run } = handlerDelivery;
    if (!run) return;
    const stoodStillMs = run.standstill.end();
    // A commit has removed the note.
    if (outcome?.kind === 'commit' || stoodStillMs > takeoverAfterMs * DOUBTFUL_STANDSTILL) return;
    // While Redis is away, the note stays, and the run counts as a crash.
    await settler.endQuarantineRun(handlerDelivery, run.name).catch(() => undefined);
  }

  private newRun(): QuarantineRun {
    const name = `${this.parts.address.consumer}/${String((Quarantine.runs += 1))}`;
    return { name, standstill: new Standstill() };
  }
}
