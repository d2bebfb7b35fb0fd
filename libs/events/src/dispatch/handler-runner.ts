import type { Semaphore } from '../concurrency/semaphore.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Pause } from '../delivery/pause.js';
import { NO_HANDLER, type RegisteredHandler } from '../delivery/subscriptions.js';
import { AttemptsExhaustedError } from '../model/errors/delivery.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { EventsObserver } from '../model/events-observer.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { isFailure, type Outcome } from '../model/outcome.js';
import type { Settler } from '../settle/settler.js';
import type { TransactionParts } from '../transaction/transaction.js';
import type { DeadLetterQuota } from './dead-letter-quota.js';
import { EventReading } from './event-reading.js';
import { HandlerAttempts } from './handler-attempts.js';
import { failedOnceMore, handlerDeliveryOf, noteOf } from './handler-deliveries.js';
import { isLoss, OutcomeExecutor, unrecoverable } from './outcome-executor.js';
import type { Overruns } from './overruns.js';
import { Pauses } from './pauses.js';
import { Quarantine } from './quarantine.js';

/** Tries handlers at events until the deliveries are settled, one way or another. */
export class HandlerRunner {
  /** Those of the retries. */
  readonly pauses: Pauses;
  /** For entries that could not be read at once. */
  readonly reading: EventReading;
  private readonly quarantine: Quarantine;
  private readonly outcomes: OutcomeExecutor;
  private readonly attempts: HandlerAttempts;

  /** @param takeoverAfterMs after how long without a sign of life others take this worker's deliveries over */
  constructor(
    address: { group: string; consumer: string },
    semaphore: Semaphore,
    overruns: Overruns,
    private readonly settler: Settler,
    parts: TransactionParts,
    observer: EventsObserver,
    stopping: Stopping,
    instrumentation: Instrumentation,
    takeoverAfterMs: number,
    deadLetterQuota: DeadLetterQuota,
  ) {
    const { group, consumer } = address;
    this.pauses = new Pauses(stopping);
    this.quarantine = new Quarantine(consumer, settler, takeoverAfterMs);
    this.outcomes = new OutcomeExecutor(group, settler, parts.keyspace, observer, stopping, deadLetterQuota);
    this.attempts = new HandlerAttempts(
      address,
      semaphore,
      overruns,
      settler,
      parts,
      observer,
      stopping,
      instrumentation,
      this.quarantine,
    );
    this.reading = new EventReading(
      group,
      semaphore,
      settler,
      parts,
      observer,
      stopping,
      this.quarantine,
      this.outcomes,
    );
  }

  /** An event without handlers, or whose handlers are all done: it is acknowledged. Never throws. */
  async skip(
    inFlight: InFlightDelivery,
    event: EventEnvelope<object>,
    handlers: readonly RegisteredHandler[],
  ): Promise<void> {
    const handlerDelivery = handlerDeliveryOf(inFlight, event, NOBODY, handlers);
    await this.settler.commit(handlerDelivery, undefined).catch((thrown: unknown) => {
      if (!isLoss(thrown)) this.outcomes.logUnexpected(handlerDelivery, thrown);
    });
  }

  /**
   * Tries one handler until its share of the delivery is settled, the worker stops, or the event is deferred in a pause
   * (`inFlight.deferredIn`): then it goes on when the event is resumed. Never throws.
   *
   * @param pauses in which the event was deferred, where several handlers had one
   */
  async run(
    inFlight: InFlightDelivery,
    event: EventEnvelope<object>,
    handler: RegisteredHandler,
    handlers: readonly RegisteredHandler[],
    pauses?: readonly Pause[],
  ): Promise<void> {
    const { name } = handler;
    const handlerDelivery = handlerDeliveryOf(inFlight, event, handler, handlers);
    let note = noteOf(inFlight, name);
    try {
      if (note.failures >= handler.retry.attempts) {
        const error = new AttemptsExhaustedError(name, note.failures);
        await this.outcomes.carryOut(handlerDelivery, { kind: 'dead-letter', reason: 'exhausted', error }, note);
        return;
      }
      const pause = pauses?.find((one) => one.handler === name);
      if (pause && (await this.pauses.until(inFlight, pause))) return;
      for (;;) {
        const outcome = await this.attempts.run(handlerDelivery, handler, note);
        if (handlerDelivery.quarantineRun && !handlerDelivery.overrun)
          await this.quarantine.end(handlerDelivery, handlerDelivery.quarantineRun, outcome);
        if (!outcome || outcome.kind === 'commit') return;
        if (isFailure(outcome)) note = failedOnceMore(note);
        const waitMs = await this.outcomes.carryOut(handlerDelivery, outcome, note);
        const until = performance.now() + (waitMs ?? 0);
        if (handlerDelivery.overrun) await this.untilEnded(handlerDelivery, handlerDelivery.overrun, outcome);
        if (waitMs === undefined) return;
        delete handlerDelivery.quarantineRun;
        if (await this.pauses.until(inFlight, { handler: name, until })) return;
      }
    } catch (thrown) {
      this.outcomes.logUnexpected(handlerDelivery, thrown);
      await this.outcomes.carryOut(handlerDelivery, unrecoverable(thrown), failedOnceMore(note));
      await handlerDelivery.overrun;
    }
  }

  /** What became of the try is settled, but its handler still runs: until it has ended nothing else of its key may begin. */
  private async untilEnded(handlerDelivery: HandlerDelivery, overrun: Promise<void>, outcome: Outcome): Promise<void> {
    await overrun;
    delete handlerDelivery.overrun;
    if (handlerDelivery.quarantineRun)
      await this.quarantine.end(handlerDelivery, handlerDelivery.quarantineRun, outcome);
  }
}

/** Stands for the handler of an event that no handler has to do with any more. */
const NOBODY = { name: NO_HANDLER, parksKey: false };
