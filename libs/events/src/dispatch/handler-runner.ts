import { isPromise } from '../concurrency/promise-like.js';
import { turnIsOver } from '../concurrency/turn.js';
import { Delivery, endRun, isAcknowledgedOnFailure, isSpeculativeRun, overrunOf } from '../delivery/delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';
import { EventParkedError } from '../model/errors/delivery.js';
import { TransactionConflictError } from '../model/errors/transaction.js';
import type { Operation } from '../model/instrumentation.js';
import { isFailure, outcomeBeforehand, outcomeOf, outcomeOfExhausted, type Outcome } from '../model/outcome.js';
import type { BufferedEvent } from '../transaction/effects.js';
import { handOver, rollBack } from '../transaction/transaction.js';
import type { DispatchParts } from './dispatch-parts.js';
import { decryptedDataFor, eventFor } from './event-for-run.js';
import { failedOnceMore, type DecodedHandlerDelivery } from './handler-deliveries.js';
import type { Quarantine } from './quarantine.js';
import { withinTimeLimit } from './time-limit.js';

/** Runs of a transaction that others' commits keep invalidating, before it makes room for a while. */
const MAX_RUNS = 20;

/** Makes one attempt of a handler at an event: from its slot to the commit, or to the outcome of a failure. */
export class HandlerRunner {
  constructor(
    private readonly parts: Omit<DispatchParts, 'outages' | 'deadLetterQuota'>,
    private readonly quarantine: Quarantine,
  ) {}

  /**
   * Makes one attempt. A success is committed at once; if the transaction's reads do not hold any more, the handler runs again. A failure
   * is counted in the delivery's note, and does not throw.
   *
   * @returns undefined when nothing was begun, since the worker stops or the delivery is lost
   */
  run(handlerDelivery: DecodedHandlerDelivery, handler: RegisteredHandler): Promise<Outcome | undefined> {
    return handlerDelivery.inFlight.isQuarantined
      ? this.runInQuarantine(handlerDelivery, handler)
      : this.attempt(handlerDelivery, handler);
  }

  /** Waits until a handler that runs on after its time limit has really ended, and ends its quarantine run. */
  async untilEnded(handlerDelivery: DecodedHandlerDelivery, outcome?: Outcome): Promise<void> {
    await handlerDelivery.overrun;
    delete handlerDelivery.overrun;
    await this.quarantine.end(handlerDelivery, outcome);
  }

  private async runInQuarantine(
    handlerDelivery: DecodedHandlerDelivery,
    handler: RegisteredHandler,
  ): Promise<Outcome | undefined> {
    delete handlerDelivery.quarantineRun;
    const outcome = await this.attempt(handlerDelivery, handler);
    if (!handlerDelivery.overrun) await this.quarantine.end(handlerDelivery, outcome);
    return outcome;
  }

  private async attempt(
    handlerDelivery: DecodedHandlerDelivery,
    handler: RegisteredHandler,
  ): Promise<Outcome | undefined> {
    const { semaphore, stopping, settler, observer, transactions } = this.parts;
    const { inFlight, event } = handlerDelivery;
    const { failures } = handlerDelivery.note;
    if (failures >= handler.retry.attempts) return outcomeOfExhausted(handler.name, failures);
    const attempt = failures + 1;
    const started = performance.now();
    let operation: Operation | undefined;
    let delivery: Delivery | undefined;
    // A quarantined event may end this worker. To run again after a wrong speculation would be one danger more.
    let readsPlainly = inFlight.isQuarantined;
    try {
      for (let run = 1; ; run += 1) {
        let mustRunAgain = false;
        delivery = undefined;
        // In quarantine nothing else runs: if the worker dies of this event, it loses nothing else.
        const waiting = semaphore.acquire(inFlight.isQuarantined);
        if (waiting) await waiting;
        try {
          for (let pause = turnIsOver(); pause; pause = turnIsOver()) await pause;
          if (stopping.isStopping || inFlight.lostBecause) return undefined;
          const known =
            inFlight.isQuarantined || handlerDelivery.parksKey ? await this.beforehand(handlerDelivery) : undefined;
          if (known) return known;
          const data = inFlight.openedMs > 0 ? await decryptedDataFor(handlerDelivery, transactions) : undefined;
          if (data && !this.mayBegin(inFlight)) return undefined;
          operation ??= this.begin(handlerDelivery, attempt);
          delivery = this.deliveryOf(handlerDelivery, attempt, readsPlainly);
          const running = invoke(handler, handlerDelivery, delivery, operation, data);
          if (isPromise(running)) await withinTimeLimit(handler, running, delivery);
        } catch (thrown) {
          // A speculative answer may never be committed: the handler runs again, on what Redis has, and that run decides.
          if (!delivery || !isSpeculativeRun(delivery) || overrunOf(delivery)) throw thrown;
          mustRunAgain = true;
        } finally {
          const ended = delivery && overrunOf(delivery);
          if (ended) this.keepSlot(handlerDelivery, handler, ended);
          else semaphore.release(inFlight.isQuarantined);
        }
        const transaction = endRun(delivery);
        readsPlainly = inFlight.isQuarantined || mustRunAgain;
        if (mustRunAgain) continue;
        const effects = transaction && handOver(transaction);
        const result = await settler.commit(handlerDelivery, effects);
        if (result.status === 'parked') throw new EventParkedError(event.partition_key ?? '');
        if (result.status !== 'conflict') {
          operation?.succeed();
          this.tellHandled(handlerDelivery, attempt, started, effects?.events ?? []);
          return COMMITTED;
        }
        if (transaction) rollBack(transaction);
        const { redisKey } = result;
        observer.emit({ kind: 'conflict', ...this.about(handlerDelivery), attempt, redisKey });
        if (run >= MAX_RUNS) throw new TransactionConflictError(run, redisKey);
      }
    } catch (error) {
      const transaction = delivery && endRun(delivery);
      if (transaction) rollBack(transaction);
      const isAcknowledged = delivery && isAcknowledgedOnFailure(delivery);
      const outcome = outcomeOf(error, attempt, handler.retry, Math.random(), handler.errors, isAcknowledged);
      operation?.fail(error, outcome.kind);
      this.tellFailed(handlerDelivery, attempt, started, outcome);
      if (isFailure(outcome)) handlerDelivery.note = failedOnceMore(handlerDelivery.note);
      return outcome;
    } finally {
      // For a run that was called off, such as after a conflict; an operation that has ended takes no second end.
      operation?.succeed();
    }
  }

  /** What is known against an event before its handler runs; if nothing is, its quarantine run begins, where it needs one. */
  private async beforehand(handlerDelivery: DecodedHandlerDelivery): Promise<Outcome | undefined> {
    const { inFlight, event, handler } = handlerDelivery;
    const isParked = await this.parts.settler.isParked(handlerDelivery);
    const known = outcomeBeforehand(handler, { crashes: 0, isParked, partitionKey: event.partition_key });
    return known ?? (inFlight.isQuarantined ? this.quarantine.begin(handlerDelivery) : undefined);
  }

  /** Whether it is still this worker's to handle: that may change while something is waited for. */
  private mayBegin({ lostBecause }: InFlightDelivery): boolean {
    return !this.parts.stopping.isStopping && !lostBecause;
  }

  /** The handler goes on although its time is up: its slot is free when it has really ended. */
  private keepSlot(
    handlerDelivery: DecodedHandlerDelivery,
    { name, timeoutMs }: RegisteredHandler,
    ended: Promise<void>,
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

  private begin(handlerDelivery: DecodedHandlerDelivery, attempt: number): Operation | undefined {
    const { instrumentation } = this.parts;
    if (instrumentation.isOff) return undefined;
    const { inFlight, event, handler } = handlerDelivery;
    const { streamName: stream } = inFlight.subscription;
    const operation = instrumentation.process({ stream, entryId: inFlight.entry.id, event, handler, attempt });
    handlerDelivery.operation = operation?.ref;
    return operation;
  }

  private deliveryOf(
    { inFlight, event, handler }: DecodedHandlerDelivery,
    attempt: number,
    readsPlainly: boolean,
  ): Delivery {
    const { address, transactions } = this.parts;
    const stream = inFlight.origin?.stream ?? inFlight.streamKey;
    const id = inFlight.origin?.id ?? inFlight.entry.id;
    return new Delivery(stream, id, address, handler, attempt, event, inFlight, transactions, readsPlainly);
  }

  private tellHandled(
    handlerDelivery: DecodedHandlerDelivery,
    attempt: number,
    started: number,
    events: readonly BufferedEvent[],
  ): void {
    const { instrumentation, observer } = this.parts;
    for (const { streamName } of events) instrumentation.sent(streamName);
    if (!observer.isHeard('handled')) return;
    const published = events.map(({ type }) => type);
    const durationMs = performance.now() - started;
    observer.emit({ kind: 'handled', ...this.about(handlerDelivery), attempt, durationMs, published });
  }

  private tellFailed(
    handlerDelivery: DecodedHandlerDelivery,
    attempt: number,
    started: number,
    outcome: Outcome,
  ): void {
    const { observer } = this.parts;
    const tried = { ...this.about(handlerDelivery), attempt, durationMs: performance.now() - started };
    switch (outcome.kind) {
      case 'acknowledge':
        observer.emit({ ...tried, ...outcome, kind: 'failure-acknowledged' });
        break;
      case 'retry':
        observer.emit({ ...tried, ...outcome, kind: 'retried' });
        break;
      case 'commit': // tellHandled
      case 'dead-letter': // OutcomeExecutor, when they are carried out
      case 'abandon':
    }
  }

  private about({ inFlight, event, handler }: DecodedHandlerDelivery) {
    const { event_type: eventType, event_id: eventId, partition_key: partitionKey } = event;
    const { group } = this.parts.address;
    return { stream: inFlight.streamKey, id: inFlight.entry.id, group, handler, eventType, eventId, partitionKey };
  }
}

const COMMITTED: Outcome = { kind: 'commit' };

function invoke(
  handler: RegisteredHandler,
  handlerDelivery: DecodedHandlerDelivery,
  delivery: Delivery,
  operation: Operation | undefined,
  data: object | undefined,
): unknown {
  const event = data ? { ...handlerDelivery.event, data } : eventFor(handlerDelivery);
  return operation ? operation.run(() => handler.invoke(event, delivery)) : handler.invoke(event, delivery);
}
