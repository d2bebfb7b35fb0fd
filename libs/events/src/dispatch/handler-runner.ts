import { isPromise } from '../concurrency/promise-like.js';
import { turnIsOver } from '../concurrency/turn.js';
import { Delivery, endRun, isAcknowledgedOnFailure, isSpeculativeRun, overrunOf } from '../delivery/delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';
import { EventParkedError } from '../model/errors/delivery.js';
import { TransactionConflictError } from '../model/errors/transaction.js';
import type { Operation } from '../model/instrumentation.js';
import { isFailure, outcomeBeforehand, outcomeOf, outcomeOfExhausted, type Outcome } from '../model/outcome.js';
import { handOver, rollBack } from '../transaction/transaction-run.js';
import { AttemptReports } from './attempt-reports.js';
import type { DispatchParts } from './dispatch-parts.js';
import { decryptedDataFor, eventFor } from './event-for-run.js';
import { attemptOf, failedOnceMore, type DecodedHandlerDelivery } from './handler-deliveries.js';
import { HandlerSlots } from './handler-slots.js';
import type { Quarantine } from './quarantine.js';
import { withinTimeLimit } from './time-limit.js';

/** Runs of a transaction that others' commits keep invalidating, before it makes room for a while. */
const MAX_RUNS = 20;

const COMMITTED: Outcome = { kind: 'commit' };

/** What was found out, or decrypted, before a handler is called. */
type Preparation =
  | { mayRun: true; data: object | undefined }
  /** The handler is not called. The outcome is undefined when the worker stops or the delivery is lost. */
  | { mayRun: false; outcome: Outcome | undefined };

/**
 * Makes one attempt of a handler at an event: from its slot to the commit, or to the outcome of a failure. An attempt is one run of the
 * handler; after a conflict, or on a wrong speculation, it is several.
 */
export class HandlerRunner {
  private readonly slots: HandlerSlots;
  private readonly reports: AttemptReports;

  constructor(
    private readonly parts: Omit<DispatchParts, 'outages' | 'deadLetterQuota'>,
    private readonly quarantine: Quarantine,
  ) {
    this.slots = new HandlerSlots(parts);
    this.reports = new AttemptReports(parts);
  }

  /**
   * Makes one attempt. A success is committed at once; if the transaction's reads do not hold any more, the handler runs again. A failure
   * is counted in the delivery's note, and does not throw.
   *
   * @returns undefined when nothing was begun, since the worker stops or the delivery is lost
   */
  run(handlerDelivery: DecodedHandlerDelivery, handler: RegisteredHandler): Promise<Outcome | undefined> {
    return handlerDelivery.inFlight.isQuarantined
      ? this.attemptInQuarantine(handlerDelivery, handler)
      : this.attempt(handlerDelivery, handler);
  }

  /** Waits until a handler that runs on after its time limit has really ended, and ends its quarantine run. */
  async untilEnded(handlerDelivery: DecodedHandlerDelivery, outcome?: Outcome): Promise<void> {
    await handlerDelivery.overrun;
    delete handlerDelivery.overrun;
    await this.quarantine.end(handlerDelivery, outcome);
  }

  private async attemptInQuarantine(
    handlerDelivery: DecodedHandlerDelivery,
    handler: RegisteredHandler,
  ): Promise<Outcome | undefined> {
    delete handlerDelivery.quarantineRun;
    const outcome = await this.attempt(handlerDelivery, handler);
    if (!handlerDelivery.overrun) await this.quarantine.end(handlerDelivery, outcome);
    return outcome;
  }

  /** The steps have names, and are below. It stays one function, which awaits only what must be: it runs for each event. */
  private async attempt(
    handlerDelivery: DecodedHandlerDelivery,
    handler: RegisteredHandler,
  ): Promise<Outcome | undefined> {
    const { inFlight, note } = handlerDelivery;
    if (note.failures >= handler.retry.attempts) return outcomeOfExhausted(handler.name, note.failures);
    const startedMs = performance.now();
    let operation: Operation | undefined;
    let delivery: Delivery | undefined;
    let hasFailedOnSpeculation = false;
    try {
      for (let run = 1; ; run += 1) {
        const readsPlainly = inFlight.isQuarantined || hasFailedOnSpeculation;
        delivery = undefined;
        hasFailedOnSpeculation = false;
        const waiting = this.slots.acquire(inFlight);
        if (waiting) await waiting;
        try {
          for (let pause = turnIsOver(); pause; pause = turnIsOver()) await pause;
          if (!this.mayRun(inFlight)) return undefined;
          const preparing = this.prepare(handlerDelivery);
          const prepared = preparing && (await preparing);
          if (prepared && !prepared.mayRun) return prepared.outcome;
          operation ??= this.reports.begin(handlerDelivery);
          delivery = this.deliveryOf(handlerDelivery, readsPlainly);
          const running = call(handler, handlerDelivery, delivery, operation, prepared?.data);
          if (isPromise(running)) await withinTimeLimit(handler, running, delivery);
        } catch (thrown) {
          if (!hasSpeculated(delivery)) throw thrown;
          hasFailedOnSpeculation = true;
        } finally {
          this.slots.release(handlerDelivery, handler, delivery);
        }
        const transaction = endRun(delivery);
        if (hasFailedOnSpeculation) continue;
        const effects = transaction && handOver(transaction);
        const result = await this.parts.settler.commit(handlerDelivery, effects);
        if (result.status === 'parked') throw new EventParkedError(handlerDelivery.event.partition_key ?? '');
        if (result.status !== 'conflict') {
          operation?.succeed();
          this.reports.handled(handlerDelivery, startedMs, effects?.events ?? []);
          return COMMITTED;
        }
        if (transaction) rollBack(transaction);
        this.reports.conflict(handlerDelivery, result.redisKey);
        if (run >= MAX_RUNS) throw new TransactionConflictError(run, result.redisKey);
      }
    } catch (error) {
      const outcome = outcomeOfRun(error, handlerDelivery, handler, delivery);
      operation?.fail(error, outcome.kind);
      this.reports.failed(handlerDelivery, startedMs, outcome);
      if (isFailure(outcome)) handlerDelivery.note = failedOnceMore(handlerDelivery.note);
      return outcome;
    } finally {
      // For a run that was called off, such as after a conflict; an operation that has ended takes no second end.
      operation?.succeed();
    }
  }

  /** Whether the delivery is still this worker's to handle: that may change while something is waited for. */
  private mayRun({ lostBecause }: InFlightDelivery): boolean {
    return !this.parts.stopping.isStopping && !lostBecause;
  }

  /** Finds out what is known against an event, and decrypts it. @returns undefined where nothing is to be done, as for most events */
  private prepare(handlerDelivery: DecodedHandlerDelivery): Promise<Preparation> | undefined {
    const { inFlight, parksKey } = handlerDelivery;
    const needsNothing = !inFlight.isQuarantined && !parksKey && inFlight.openedMs === 0;
    return needsNothing ? undefined : this.prepared(handlerDelivery);
  }

  private async prepared(handlerDelivery: DecodedHandlerDelivery): Promise<Preparation> {
    const { inFlight } = handlerDelivery;
    const known = await this.knownBeforehand(handlerDelivery);
    if (known) return { mayRun: false, outcome: known };
    if (inFlight.openedMs === 0) return { mayRun: true, data: undefined };
    const data = await decryptedDataFor(handlerDelivery, this.parts.transactions);
    return this.mayRun(inFlight) ? { mayRun: true, data } : { mayRun: false, outcome: undefined };
  }

  /** What is known against an event before its handler runs; if nothing is, its quarantine run begins, where it needs one. */
  private async knownBeforehand(handlerDelivery: DecodedHandlerDelivery): Promise<Outcome | undefined> {
    const { inFlight, event, handler, parksKey } = handlerDelivery;
    if (!inFlight.isQuarantined && !parksKey) return undefined;
    const isParked = await this.parts.settler.isParked(handlerDelivery);
    const known = outcomeBeforehand(handler, { crashes: 0, isParked, partitionKey: event.partition_key });
    return known ?? (inFlight.isQuarantined ? this.quarantine.begin(handlerDelivery) : undefined);
  }

  /** What the handler gets beside the event. @param readsPlainly whether only Redis answers the reads of its transaction */
  private deliveryOf(handlerDelivery: DecodedHandlerDelivery, readsPlainly: boolean): Delivery {
    const { inFlight, event, handler } = handlerDelivery;
    const { address, transactions } = this.parts;
    const stream = inFlight.origin?.streamKey ?? inFlight.streamKey;
    const id = inFlight.origin?.id ?? inFlight.entry.id;
    const attempt = attemptOf(handlerDelivery);
    return new Delivery(stream, id, address, handler, attempt, event, inFlight, transactions, readsPlainly);
  }
}

/** Calls the handler, within the span of its attempt where there is one. */
function call(
  handler: RegisteredHandler,
  handlerDelivery: DecodedHandlerDelivery,
  delivery: Delivery,
  operation: Operation | undefined,
  data: object | undefined,
): unknown {
  const event = data ? { ...handlerDelivery.event, data } : eventFor(handlerDelivery);
  return operation ? operation.run(() => handler.invoke(event, delivery)) : handler.invoke(event, delivery);
}

/**
 * Whether a failed run has had a speculative answer: it may have failed of what is never committed. The handler runs again, on what Redis
 * has, and that run decides. In quarantine no answer is speculative: another run would be one danger more.
 */
function hasSpeculated(delivery: Delivery | undefined): delivery is Delivery {
  return delivery !== undefined && isSpeculativeRun(delivery) && !overrunOf(delivery);
}

/** Drops the effects of a failed run, and decides what its failure leads to. @param delivery undefined where the handler was not called */
function outcomeOfRun(
  error: unknown,
  handlerDelivery: DecodedHandlerDelivery,
  handler: RegisteredHandler,
  delivery: Delivery | undefined,
): Outcome {
  const transaction = delivery && endRun(delivery);
  if (transaction) rollBack(transaction);
  const isAcknowledged = delivery && isAcknowledgedOnFailure(delivery);
  return outcomeOf(error, attemptOf(handlerDelivery), handler.retry, Math.random(), handler.errors, isAcknowledged);
}
