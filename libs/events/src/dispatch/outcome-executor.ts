import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import { LineLimit } from '../log/line-limit.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { isLoss, outcomeOfUnexpected, type Outcome } from '../model/outcome.js';
import { errorOf, textOf } from '../model/thrown.js';
import type { DispatchParts } from './dispatch-parts.js';
import { failedOnceMore } from './handler-deliveries.js';

/** Carries outcomes out: `Settler` writes them to Redis, observers hear of them. */
export class OutcomeExecutor {
  private readonly logger = new SafeLogger(WORKER);
  private readonly lines = new LineLimit((_, count) => {
    const { group } = this.parts.address;
    this.logger.error(`${String(count)} more deliveries of ${group} have met an unexpected error`);
  });

  constructor(
    private readonly parts: Pick<
      DispatchParts,
      'address' | 'settler' | 'transactions' | 'observer' | 'stopping' | 'deadLetterQuota'
    >,
  ) {}

  /**
   * Carries an outcome out. Never throws.
   *
   * @returns in how many milliseconds the next attempt begins; undefined when the delivery is settled, or not this worker's any more
   */
  async carryOut(handlerDelivery: HandlerDelivery, outcome: Outcome): Promise<number | undefined> {
    const { settler, observer } = this.parts;
    const where = this.whereIs(handlerDelivery);
    try {
      switch (outcome.kind) {
        case 'commit':
          return undefined; // HandlerRunner has committed: a conflict must run the handler again
        case 'retry':
          if (outcome.counts || handlerDelivery.quarantineRun)
            await settler.note(handlerDelivery, endOfRun(handlerDelivery));
          return outcome.delayMs;
        case 'dead-letter':
          return await this.writeDeadLetter(handlerDelivery, outcome);
        case 'acknowledge':
          await settler.commit(handlerDelivery, undefined);
          return undefined;
        case 'abandon':
          observer.emit({ kind: 'abandoned', ...where, error: outcome.error });
          return undefined;
      }
    } catch (thrown) {
      if (!isLoss(thrown)) {
        this.logUnexpected(handlerDelivery, thrown);
        if (outcome.kind !== 'dead-letter') return this.carryOut(handlerDelivery, outcomeOfUnexpected(thrown));
        // Nothing more can be done here. Whoever takes it over writes the dead letter, and does not call the handler again.
        await settler.note(handlerDelivery).catch((failure: unknown) => {
          if (!isLoss(failure)) this.logUnexpected(handlerDelivery, failure);
        });
      }
      // It stays pending, and is taken over.
      observer.emit({ kind: 'abandoned', ...where, error: errorOf(thrown) });
      return undefined;
    }
  }

  /** Makes a dead letter of an event that an unexpected error keeps from its handler. Never throws. */
  async giveUp(handlerDelivery: HandlerDelivery, thrown: unknown): Promise<void> {
    this.logUnexpected(handlerDelivery, thrown);
    handlerDelivery.note = failedOnceMore(handlerDelivery.note);
    await this.carryOut(handlerDelivery, outcomeOfUnexpected(thrown));
  }

  /** For an error that neither a handler has thrown nor the loss of a delivery explains: this library did not foresee it. */
  logUnexpected({ inFlight, handler }: HandlerDelivery, thrown: unknown): void {
    if (!this.lines.admits('')) return;
    const what = `${inFlight.streamKey} ${inFlight.entry.id}, for ${handler}, met an unexpected error`;
    this.logger.error(what, textOf(thrown).stack);
  }

  private async writeDeadLetter(
    handlerDelivery: HandlerDelivery,
    { reason, error }: Extract<Outcome, { kind: 'dead-letter' }>,
  ): Promise<number | undefined> {
    const { settler, observer, stopping, deadLetterQuota, transactions } = this.parts;
    const { event, inFlight, note } = handlerDelivery;
    const where = this.whereIs(handlerDelivery);
    const turn = deadLetterQuota.turn(where, stopping);
    if (turn) await turn;
    // It was to follow parked events; where none is left, its handler runs at once.
    if (!(await settler.deadLetter(handlerDelivery, reason, error))) return 0;
    deadLetterQuota.wrote(transactions.keyspace, inFlight.subscription.streamName);
    const { event_type: eventType, event_id: eventId, partition_key: partitionKey } = event ?? {};
    const attempt = note.failures + note.openQuarantineRuns.length;
    observer.emit({ kind: 'dead-lettered', ...where, eventType, eventId, partitionKey, attempt, reason, error });
    return undefined;
  }

  private whereIs({ inFlight, handler }: HandlerDelivery) {
    return { stream: inFlight.streamKey, id: inFlight.entry.id, group: this.parts.address.group, handler };
  }
}

/** The change of a note by which a quarantine run has ended; undefined outside quarantine, and while the handler runs on. */
function endOfRun({ quarantineRun, overrun }: HandlerDelivery): string | undefined {
  return quarantineRun && !overrun ? `-${quarantineRun.name}` : undefined;
}
