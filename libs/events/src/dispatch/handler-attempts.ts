import { isPromise } from '../concurrency/promise-like.js';
import type { Semaphore } from '../concurrency/semaphore.js';
import type { Stopping } from '../concurrency/stopping.js';
import { turnIsOver } from '../concurrency/turn.js';
import { Delivery, endRun, ignoresFailure, isSpeculativeRun, overrunOf } from '../delivery/delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { RegisteredHandler } from '../delivery/subscriptions.js';
import { EventParkedError } from '../model/errors/delivery.js';
import { TransactionConflictError } from '../model/errors/transaction.js';
import type { EventsObserver } from '../model/events-observer.js';
import type { Instrumentation, Operation } from '../model/instrumentation.js';
import { outcomeOf, type Outcome } from '../model/outcome.js';
import type { Settler } from '../settle/settler.js';
import type { FailureNote } from '../stream/delivery-notes.js';
import type { BufferedEvent } from '../transaction/effects.js';
import { handOver, rollBack, type TransactionParts } from '../transaction/transaction.js';
import { eventFor, openData } from './event-for-run.js';
import type { DecodedHandlerDelivery } from './handler-deliveries.js';
import type { Overruns } from './overruns.js';
import type { Quarantine } from './quarantine.js';
import { withinTimeLimit } from './time-limit.js';

/** Runs of a transaction that others' commits keep invalidating, before it makes room for a while. */
const MAX_RUNS = 20;

/** One try of one handler at one event, from its slot to its commit. */
export class HandlerAttempts {
  constructor(
    private readonly address: { group: string; consumer: string },
    private readonly semaphore: Semaphore,
    private readonly overruns: Overruns,
    private readonly settler: Settler,
    private readonly parts: TransactionParts,
    private readonly observer: EventsObserver,
    private readonly stopping: Stopping,
    private readonly instrumentation: Instrumentation,
    private readonly quarantine: Quarantine,
  ) {}

  /**
   * Runs the handler and commits; a transaction whose reads no longer hold runs again at once.
   *
   * @returns undefined when nothing was begun, since the worker stops or the delivery is lost
   */
  async run(
    handlerDelivery: DecodedHandlerDelivery,
    handler: RegisteredHandler,
    note: FailureNote,
  ): Promise<Outcome | undefined> {
    const { inFlight, event } = handlerDelivery;
    const attempt = note.failures + 1;
    const started = performance.now();
    let operation: Operation | undefined;
    let delivery: Delivery | undefined;
    // What is tried in quarantine may end this worker: it is tried no more often than it must.
    let readsPlainly = inFlight.isQuarantined;
    try {
      for (let run = 1; ; run += 1) {
        let isJudged = true;
        delivery = undefined;
        // In quarantine nothing else runs: if the worker dies of this event, it loses nothing else.
        const waiting = this.semaphore.acquire(inFlight.isQuarantined);
        if (waiting) await waiting;
        try {
          for (let pause = turnIsOver(); pause; pause = turnIsOver()) await pause;
          if (this.stopping.isStopping || inFlight.lostBecause) return undefined;
          const known =
            inFlight.isQuarantined || handlerDelivery.parksKey
              ? await this.quarantine.beforehand(handlerDelivery, note)
              : undefined;
          if (known) return known;
          const data = inFlight.openedMs > 0 ? await openData(handlerDelivery, this.parts) : undefined;
          if (data && !this.mayBegin(inFlight)) return undefined;
          operation ??= this.begin(handlerDelivery, attempt);
          delivery = this.deliveryOf(handlerDelivery, attempt, readsPlainly);
          const running = invoke(handler, handlerDelivery, delivery, operation, data);
          if (isPromise(running)) await withinTimeLimit(handler, running, delivery);
        } catch (thrown) {
          // It has failed at what may never be committed: it is judged by how it does with what Redis has.
          if (!delivery || !isSpeculativeRun(delivery) || overrunOf(delivery)) throw thrown;
          isJudged = false;
        } finally {
          const ended = delivery && overrunOf(delivery);
          if (ended) this.keepSlot(handlerDelivery, handler, ended);
          else this.semaphore.release(inFlight.isQuarantined);
        }
        const transaction = endRun(delivery);
        readsPlainly = inFlight.isQuarantined || !isJudged;
        if (!isJudged) continue;
        const effects = transaction && handOver(transaction);
        const result = await this.settler.commit(handlerDelivery, effects);
        if (result.status === 'parked') throw new EventParkedError(event.partition_key ?? '');
        if (result.status !== 'conflict') {
          operation?.succeed();
          this.tellHandled(handlerDelivery, attempt, started, effects?.events ?? []);
          return COMMITTED;
        }
        if (transaction) rollBack(transaction);
        this.observer.emit({ kind: 'conflict', ...this.about(handlerDelivery), attempt, redisKey: result.redisKey });
        if (run >= MAX_RUNS) throw new TransactionConflictError(run, result.redisKey);
      }
    } catch (error) {
      const transaction = delivery && endRun(delivery);
      if (transaction) rollBack(transaction);
      const isIgnored = delivery && ignoresFailure(delivery);
      const outcome = outcomeOf(error, attempt, handler.retry, Math.random(), handler.errors, isIgnored);
      operation?.fail(error, outcome.kind);
      this.tellFailed(handlerDelivery, attempt, started, outcome);
      return outcome;
    } finally {
      // One that was called off after a conflict.
      operation?.succeed();
    }
  }

  /** Whether it is still this worker's to handle: that may change while something is waited for. */
  private mayBegin({ lostBecause }: InFlightDelivery): boolean {
    return !this.stopping.isStopping && !lostBecause;
  }

  /** The handler goes on although its time is up: its slot is free when it has really ended. */
  private keepSlot(
    handlerDelivery: DecodedHandlerDelivery,
    { name, timeoutMs }: RegisteredHandler,
    ended: Promise<void>,
  ): void {
    const { isQuarantined, stream, entry } = handlerDelivery.inFlight;
    // Nothing else ran until its time limit; from now on the others go on.
    if (isQuarantined) this.semaphore.keepOne();
    const end = this.overruns.begin({ handler: name, timeoutMs, stream, id: entry.id });
    handlerDelivery.overrun = ended.then(() => {
      end();
      this.semaphore.release();
    });
  }

  private begin(handlerDelivery: DecodedHandlerDelivery, attempt: number): Operation | undefined {
    if (this.instrumentation.isOff) return undefined;
    const { inFlight, event, handler } = handlerDelivery;
    const { stream } = inFlight.subscription;
    const operation = this.instrumentation.process({ stream, entryId: inFlight.entry.id, event, handler, attempt });
    handlerDelivery.operation = operation?.ref;
    return operation;
  }

  private deliveryOf(
    { inFlight, event, handler }: DecodedHandlerDelivery,
    attempt: number,
    readsPlainly: boolean,
  ): Delivery {
    const stream = inFlight.origin?.stream ?? inFlight.stream;
    const id = inFlight.origin?.id ?? inFlight.entry.id;
    return new Delivery(stream, id, this.address, handler, attempt, event, inFlight, this.parts, readsPlainly);
  }

  private tellHandled(
    handlerDelivery: DecodedHandlerDelivery,
    attempt: number,
    started: number,
    events: readonly BufferedEvent[],
  ): void {
    for (const { streamName } of events) this.instrumentation.sent(streamName);
    if (!this.observer.isHeard('handled')) return;
    const published = events.map(({ type }) => type);
    const durationMs = performance.now() - started;
    this.observer.emit({ kind: 'handled', ...this.about(handlerDelivery), attempt, durationMs, published });
  }

  private tellFailed(
    handlerDelivery: DecodedHandlerDelivery,
    attempt: number,
    started: number,
    outcome: Outcome,
  ): void {
    const tried = { ...this.about(handlerDelivery), attempt, durationMs: performance.now() - started };
    if (outcome.kind === 'ignore') this.observer.emit({ ...tried, ...outcome, kind: 'ignored' });
    if (outcome.kind === 'retry') this.observer.emit({ ...tried, ...outcome, kind: 'retried' });
  }

  private about({ inFlight, event, handler }: DecodedHandlerDelivery) {
    const { event_type, event_id, partition_key } = event;
    return {
      stream: inFlight.stream,
      id: inFlight.entry.id,
      group: this.address.group,
      handler,
      event_type,
      event_id,
      partition_key,
    };
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
