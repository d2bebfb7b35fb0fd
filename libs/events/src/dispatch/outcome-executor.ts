import type { Stopping } from '../concurrency/stopping.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import { LineLimit } from '../log/line-limit.js';
import { SafeLogger } from '../log/safe-logger.js';
import { DeliveryLostError } from '../model/errors/delivery.js';
import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import type { EventsObserver } from '../model/events-observer.js';
import type { Outcome } from '../model/outcome.js';
import { errorOf, isA, textOf } from '../model/thrown.js';
import type { Settler } from '../settle/settler.js';
import type { FailureNote } from '../stream/delivery-notes.js';
import type { Keyspace } from '../stream/keyspace.js';
import type { DeadLetterQuota } from './dead-letter-quota.js';

/** Chooses what is to be written for an outcome, has `Settler` write it, and tells observers. */
export class OutcomeExecutor {
  private readonly logger = new SafeLogger('HandlerRunner');
  private readonly lines = new LineLimit((_, count) => {
    this.logger.error(`${String(count)} more deliveries of ${this.group} have met an unexpected error`);
  });

  constructor(
    private readonly group: string,
    private readonly settler: Settler,
    private readonly keyspace: Keyspace,
    private readonly observer: EventsObserver,
    private readonly stopping: Stopping,
    private readonly deadLetterQuota: DeadLetterQuota,
  ) {}

  /**
   * Carries an outcome out.
   *
   * @returns after how many milliseconds to try again; undefined when the delivery is settled, or not ours any more
   */
  async carryOut(handlerDelivery: HandlerDelivery, outcome: Outcome, note: FailureNote): Promise<number | undefined> {
    const { event, handler, inFlight } = handlerDelivery;
    const where = { stream: inFlight.stream, id: inFlight.entry.id, group: this.group, handler };
    try {
      switch (outcome.kind) {
        case 'commit':
          return undefined; // the attempt has committed: a conflict must run the handler again
        case 'retry':
          // A try in quarantine has ended without harm, unless its handler runs on after its time limit.
          if (outcome.counts || handlerDelivery.quarantineRun)
            await this.settler.note(
              handlerDelivery,
              note,
              handlerDelivery.quarantineRun && !handlerDelivery.overrun
                ? `-${handlerDelivery.quarantineRun.name}`
                : undefined,
            );
          return outcome.delayMs;
        case 'dead-letter': {
          const { reason, error } = outcome;
          const turn = this.deadLetterQuota.turn(where, this.stopping);
          if (turn) await turn;
          // What was to follow parked events goes on at once when there are none any more.
          if (!(await this.settler.deadLetter(handlerDelivery, reason, error, note))) return 0;
          this.deadLetterQuota.wrote(this.keyspace, inFlight.subscription.stream);
          const { event_type, event_id, partition_key } = event ?? {};
          const attempt = note.failures + note.openQuarantineRuns.length;
          this.observer.emit({
            kind: 'dead-lettered',
            ...where,
            event_type,
            event_id,
            partition_key,
            attempt,
            reason,
            error,
          });
          return undefined;
        }
        case 'ignore':
          await this.settler.commit(handlerDelivery, undefined);
          return undefined;
        case 'abandon':
          this.observer.emit({ kind: 'abandoned', ...where, error: outcome.error });
          return undefined;
      }
    } catch (thrown) {
      if (!isLoss(thrown)) {
        this.logUnexpected(handlerDelivery, thrown);
        if (outcome.kind !== 'dead-letter') return this.carryOut(handlerDelivery, unrecoverable(thrown), note);
        // Nothing more can be done here. Whoever takes it over writes the dead letter, and does not call the handler again.
        await this.settler.note(handlerDelivery, note).catch((failure: unknown) => {
          if (!isLoss(failure)) this.logUnexpected(handlerDelivery, failure);
        });
      }
      // It is pending, and taken over.
      this.observer.emit({ kind: 'abandoned', ...where, error: errorOf(thrown) });
      return undefined;
    }
  }

  /** Neither the handler nor the loss of a delivery: something that this library did not foresee. */
  logUnexpected({ inFlight, handler }: HandlerDelivery, thrown: unknown): void {
    if (!this.lines.admits('')) return;
    const what = `${inFlight.stream} ${inFlight.entry.id}, for ${handler}, met an unexpected error`;
    this.logger.error(what, textOf(thrown).stack);
  }
}

/** Lost to another consumer, with its group, or Redis stayed away beyond the shutdown's deadline. */
export function isLoss(thrown: unknown): boolean {
  return isA(thrown, DeliveryLostError) || isGroupMissing(thrown) || isOutage(thrown);
}

/** An error that the library did not foresee: the event becomes a dead letter. */
export function unrecoverable(thrown: unknown): Outcome {
  return { kind: 'dead-letter', reason: 'unrecoverable', error: errorOf(thrown) };
}
