import type { DeadLetterQuota } from './dead-letter-quota.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import { AttemptsExhaustedError, DeliveryLostError, EventParkedError } from '../model/errors/delivery.js';
import { isGroupMissing, isOutage } from '../model/errors/redis.js';
import { TransactionConflictError } from '../model/errors/transaction.js';
import { LineLimit } from '../log/line-limit.js';
import type { EventsObserver } from '../model/events-observer.js';
import type { Instrumentation, Operation } from '../model/instrumentation.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Stopping } from '../concurrency/stopping.js';
import { SafeLogger } from '../log/safe-logger.js';
import { NO_FAILURES, noteField, parseNote, type FailureNote } from '../stream/delivery-notes.js';
import { isFailure, outcomeBeforehand, outcomeOf, outcomeOfUnreadable, type Outcome } from '../model/outcome.js';
import type { Settler } from '../settle/settler.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import { KEYS_KEPT_MS } from '../personal/subject-keys.js';
import { rollBack, type Transaction, type TransactionParts } from '../transaction/transaction.js';
import { errorOf, isA, textOf } from '../model/thrown.js';
import { isPromise } from '../concurrency/promise-like.js';
import { Pauses } from './pauses.js';
import type { Pause } from '../delivery/pause.js';
import { Delivery, endRun, ignoresFailure, overrunOf } from '../delivery/delivery.js';
import type { Overruns } from './overruns.js';
import { isSealed, openEvent, readEvent, type ReadEvent, type SealedEvent } from './read-event.js';
import { Standstill } from '../concurrency/standstill.js';
import type { Semaphore } from '../concurrency/semaphore.js';
import { awaitedIn, NO_HANDLER, type RegisteredHandler } from '../delivery/subscriptions.js';
import { withinTimeLimit } from './time-limit.js';
import { turnIsOver } from '../concurrency/turn.js';

/** The part of the time without a renewal after which deliveries are taken over: three renewals fit into that time. */
const DOUBTFUL_STANDSTILL = 1 / 2;

/** Runs of a transaction that others' commits keep invalidating, before it makes room for a while. */
const MOST_RUNS = 20;

type DecodedHandlerDelivery = HandlerDelivery & { event: EventEnvelope<object> };

/** Tries handlers at events until the deliveries are settled, one way or another. */
export class HandlerRunner {
  /** Tries alone so far, of all partitions: their names must not repeat. */
  private static alone = 0;
  /** Those of the retries. */
  readonly pauses: Pauses;
  private readonly logger = new SafeLogger(HandlerRunner.name);
  private readonly lines = new LineLimit((_, count) => {
    this.logger.error(`${String(count)} more deliveries of ${this.address.group} have met an unexpected error`);
  });

  /** @param robbedAfterMs after how long without a sign of life others take this worker's deliveries over */
  constructor(
    private readonly address: { group: string; consumer: string },
    private readonly semaphore: Semaphore,
    private readonly overruns: Overruns,
    private readonly settler: Settler,
    private readonly parts: TransactionParts,
    private readonly observer: EventsObserver,
    private readonly stopping: Stopping,
    private readonly instrumentation: Instrumentation,
    private readonly takeoverAfterMs: number,
    private readonly deadLetterQuota: DeadLetterQuota,
  ) {
    this.pauses = new Pauses(stopping);
  }

  /** An entry that no handler of this worker can get: another worker's may, or it becomes a dead letter. Never throws. */
  async reject(inFlight: InFlightDelivery, thrown: unknown): Promise<void> {
    const handlerDelivery = undecodedDelivery(inFlight);
    const awaited = inFlight.isOverdue ? undefined : awaitedIn(thrown);
    if (awaited !== undefined && (await this.handOver(handlerDelivery, awaited))) return;
    await this.carryOut(handlerDelivery, outcomeOfUnreadable(thrown), failedOnceMore(NO_FAILURES));
  }

  /**
   * Decodes and validates an entry of which workers may have died before: alone, and after a note that it begins, since of its end
   * by a crash nobody could tell. Never throws.
   *
   * @returns undefined when it is settled, is lost, or the worker stops
   */
  async readAlone(inFlight: InFlightDelivery): Promise<ReadEvent | SealedEvent | undefined> {
    const handlerDelivery = undecodedDelivery(inFlight);
    const note = noteOf(inFlight, handlerDelivery.handler);
    try {
      const read = await this.readNoted(handlerDelivery, note);
      if (!read || !('thrown' in read)) return read;
      await this.reject(inFlight, read.thrown);
    } catch (thrown) {
      const isExpected = isLoss(thrown);
      if (!isExpected) this.logUnexpected(handlerDelivery, thrown);
      const outcome: Outcome = isExpected ? { kind: 'abandon', error: errorOf(thrown) } : unrecoverable(thrown);
      await this.carryOut(handlerDelivery, outcome, note);
    }
    return undefined;
  }

  /**
   * Decrypts personal data of an event with keys that Redis has now. While Redis does not give them, it waits. Never throws.
   *
   * @returns undefined when it is settled, or the worker stops
   */
  async open(inFlight: InFlightDelivery, sealed: SealedEvent): Promise<ReadEvent | undefined> {
    const { keyspace, subjectKeys } = this.parts;
    try {
      return await this.settler.reading(() => openEvent(inFlight, sealed, keyspace, subjectKeys));
    } catch (thrown) {
      // Of an outage that shutdown does not wait for nothing is to be said: others get it.
      if (!isLoss(thrown)) await this.reject(inFlight, thrown);
      return undefined;
    }
  }

  private async readNoted(
    handlerDelivery: HandlerDelivery,
    note: FailureNote,
  ): Promise<ReadEvent | SealedEvent | { thrown: unknown } | undefined> {
    const { inFlight, handler } = handlerDelivery;
    const waiting = this.semaphore.acquire(true);
    if (waiting) await waiting;
    try {
      if (this.stopping.isStopping || inFlight.lostBecause) return undefined;
      note.unended = await this.settler.unended(handlerDelivery);
      const crashes = note.unended.length;
      const known = outcomeBeforehand(handler, { crashes, isParked: false, key: undefined });
      if (known) {
        await this.carryOut(handlerDelivery, known, note);
        return undefined;
      }
      const alone = this.newAlone();
      await this.settler.note(handlerDelivery, note, `+${alone.name}`);
      const read = attemptTo(() => readEvent(inFlight));
      await this.endAlone(handlerDelivery, alone, undefined);
      return read;
    } finally {
      this.semaphore.release(true);
    }
  }

  private newAlone(): NonNullable<HandlerDelivery['alone']> {
    return {
      name: `${this.address.consumer}/${String((HandlerRunner.alone += 1))}`,
      standstill: new Standstill(),
    };
  }

  /** What this worker has no handler for is not its to judge, unless it was told so. @returns false for a dead letter */
  private async handOver(handlerDelivery: HandlerDelivery, awaited: string): Promise<boolean> {
    const { stream, entry, subscription, origin } = handlerDelivery.inFlight;
    const { unknown: policy } = subscription;
    // A dead letter that was replayed for a handler that is gone was not sent to be dropped.
    if (policy === 'dead-letter' || (policy === 'ignore' && origin)) return false;
    try {
      if (policy === 'ignore') await this.settler.commit(handlerDelivery, undefined);
      else if (!(await this.settler.waitForHandler(handlerDelivery, awaited))) return false;
      this.observer.emit({ kind: 'unknown', stream, id: entry.id, group: this.address.group, awaited, policy });
    } catch (thrown) {
      if (!isLoss(thrown)) {
        this.logUnexpected(handlerDelivery, thrown);
        return false;
      }
      // It is pending, and taken over.
      const { group } = this.address;
      this.observer.emit({ kind: 'abandoned', stream, id: entry.id, group, handler: handlerDelivery.handler, error: errorOf(thrown) }); // prettier-ignore
    }
    return true;
  }

  /** An event without handlers, or whose handlers are all done: it is acknowledged. Never throws. */
  async skip(
    inFlight: InFlightDelivery,
    event: EventEnvelope<object>,
    handlers: readonly RegisteredHandler[],
  ): Promise<void> {
    const handlerDelivery = {
      inFlight,
      event,
      handler: NO_HANDLER,
      parksKey: false,
      handlers: namesOf(handlers),
      operation: undefined,
    };
    await this.settler.commit(handlerDelivery, undefined).catch((thrown: unknown) => {
      if (!isLoss(thrown)) this.logUnexpected(handlerDelivery, thrown);
    });
  }

  /**
   * Tries one handler until its share of the delivery is settled, the worker stops, or the event is set aside in a pause
   * (`inFlight.setAsideIn`): then it goes on when the event is taken up. Never throws.
   *
   * @param left the pauses in which the event was set aside, where several handlers had one
   */
  async untilSettled(
    inFlight: InFlightDelivery,
    event: EventEnvelope<object>,
    handler: RegisteredHandler,
    handlers: readonly RegisteredHandler[],
    left?: readonly Pause[],
  ): Promise<void> {
    const { name, parksKey } = handler;
    const handlerDelivery: DecodedHandlerDelivery = {
      inFlight,
      event,
      handler: name,
      parksKey,
      handlers: namesOf(handlers),
      operation: undefined,
    };
    let note = noteOf(inFlight, name);
    try {
      if (note.failures >= handler.retry.attempts) {
        const error = new AttemptsExhaustedError(name, note.failures);
        await this.carryOut(handlerDelivery, { kind: 'dead-letter', reason: 'exhausted', error }, note);
        return;
      }
      const pause = left?.find((one) => one.handler === name);
      if (pause && (await this.pauses.until(inFlight, pause))) return;
      for (;;) {
        const outcome = await this.attempt(handlerDelivery, handler, note);
        if (handlerDelivery.alone && !handlerDelivery.overrun)
          await this.endAlone(handlerDelivery, handlerDelivery.alone, outcome);
        if (!outcome || outcome.kind === 'commit') return;
        if (isFailure(outcome)) note = failedOnceMore(note);
        const waitMs = await this.carryOut(handlerDelivery, outcome, note);
        const until = performance.now() + (waitMs ?? 0);
        if (handlerDelivery.overrun) await this.untilEnded(handlerDelivery, handlerDelivery.overrun, outcome);
        if (waitMs === undefined) return;
        delete handlerDelivery.alone;
        if (await this.pauses.until(inFlight, { handler: name, until })) return;
      }
    } catch (thrown) {
      this.logUnexpected(handlerDelivery, thrown);
      await this.carryOut(handlerDelivery, unrecoverable(thrown), failedOnceMore(note));
      await handlerDelivery.overrun;
    }
  }

  /** What became of the try is settled, but its handler still runs: until it has ended nothing else of its key may begin. */
  private async untilEnded(handlerDelivery: HandlerDelivery, overrun: Promise<void>, outcome: Outcome): Promise<void> {
    await overrun;
    delete handlerDelivery.overrun;
    if (handlerDelivery.alone) await this.endAlone(handlerDelivery, handlerDelivery.alone, outcome);
  }

  /**
   * Runs the handler and commits; a transaction whose reads no longer hold runs again at once.
   *
   * @returns undefined when nothing was begun, since the worker stops or the delivery is lost
   */
  private async attempt(
    handlerDelivery: DecodedHandlerDelivery,
    handler: RegisteredHandler,
    note: FailureNote,
  ): Promise<Outcome | undefined> {
    const { inFlight, event } = handlerDelivery;
    const attempt = note.failures + 1;
    const started = performance.now();
    let operation: Operation | undefined;
    let delivery: Delivery | undefined;
    try {
      for (let run = 1; ; run += 1) {
        // What two workers have not come to an end of may have been their end: nothing else is to suffer from it.
        const waiting = this.semaphore.acquire(inFlight.isSuspect);
        if (waiting) await waiting;
        try {
          for (let pause = turnIsOver(); pause; pause = turnIsOver()) await pause;
          if (this.stopping.isStopping || inFlight.lostBecause) return undefined;
          const known =
            inFlight.isSuspect || handlerDelivery.parksKey ? await this.beforehand(handlerDelivery, note) : undefined;
          if (known) return known;
          const data = inFlight.openedMs > 0 ? await this.openData(handlerDelivery) : undefined;
          if (data && !this.mayBegin(inFlight)) return undefined;
          operation ??= this.begin(handlerDelivery, attempt);
          delivery = this.deliveryOf(handlerDelivery, attempt);
          const running = invoke(handler, handlerDelivery, delivery, operation, data);
          if (isPromise(running)) await withinTimeLimit(handler, running, delivery);
        } finally {
          const ended = delivery && overrunOf(delivery);
          if (ended) this.keepSlot(handlerDelivery, handler, ended);
          else this.semaphore.release(inFlight.isSuspect);
        }
        const transaction = endRun(delivery);
        const result = await this.settler.commit(handlerDelivery, transaction);
        if (result.status === 'parked') throw new EventParkedError(event.partition_key ?? '');
        if (result.status !== 'conflict') {
          operation?.succeed();
          this.tellHandled(handlerDelivery, attempt, started, transaction);
          return COMMITTED;
        }
        if (transaction) rollBack(transaction);
        this.observer.emit({ kind: 'conflict', ...this.about(handlerDelivery), attempt, conflictingKey: result.key });
        if (run === MOST_RUNS) throw new TransactionConflictError(run, result.key);
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

  /** The payload for one run, of an event with encrypted data: no handler begins with what a destroyed key was for. */
  private async openData({ inFlight, event }: DecodedHandlerDelivery): Promise<object> {
    if (!inFlight.isGiven && performance.now() - inFlight.openedMs < KEYS_KEPT_MS) return take(inFlight, event);
    const read = readEvent(inFlight);
    const { keyspace, subjectKeys } = this.parts;
    return isSealed(read) ? (await openEvent(inFlight, read, keyspace, subjectKeys)).event.data : read.event.data;
  }

  /** The handler goes on although its time is up: its slot is free when it has really ended. */
  private keepSlot(
    handlerDelivery: DecodedHandlerDelivery,
    { name, timeoutMs }: RegisteredHandler,
    ended: Promise<void>,
  ): void {
    const { isSuspect, stream, entry } = handlerDelivery.inFlight;
    // It was alone as long as it had time; the others are not to stand still for ever.
    if (isSuspect) this.semaphore.keepOne();
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

  /** What is known against the event before its handler runs; a try alone is noted here: of a crash nobody could tell. */
  private async beforehand(handlerDelivery: DecodedHandlerDelivery, note: FailureNote): Promise<Outcome | undefined> {
    const { inFlight, event, handler } = handlerDelivery;
    const isParked = await this.settler.isParked(handlerDelivery);
    if (!inFlight.isSuspect) return outcomeBeforehand(handler, { crashes: 0, isParked, key: event.partition_key });
    // Others may have come to their end since this delivery was taken over.
    note.unended = (await this.settler.unended(handlerDelivery)).filter((name) => name !== handlerDelivery.alone?.name);
    const crashes = note.unended.length;
    const known = outcomeBeforehand(handler, { crashes, isParked, key: event.partition_key });
    if (known) return known;
    handlerDelivery.alone ??= this.newAlone();
    await this.settler.note(handlerDelivery, note, `+${handlerDelivery.alone.name}`);
    return undefined;
  }

  /**
   * A try alone has not ended the worker. But where it stood still for so long that others took the delivery over, the event
   * may be the reason, and would be the next time, too.
   */
  private async endAlone(
    handlerDelivery: HandlerDelivery,
    { name, standstill }: NonNullable<HandlerDelivery['alone']>,
    outcome: Outcome | undefined,
  ): Promise<void> {
    const stoodStillMs = standstill.end();
    // With its commit the note was removed.
    if (outcome?.kind === 'commit' || stoodStillMs > this.takeoverAfterMs * DOUBTFUL_STANDSTILL) return;
    // Where Redis stays away, it counts as one of whose end nothing is known.
    await this.settler.endAlone(handlerDelivery, name).catch(() => undefined);
  }

  private deliveryOf({ inFlight, event, handler }: DecodedHandlerDelivery, attempt: number): Delivery {
    const stream = inFlight.origin?.stream ?? inFlight.stream;
    const id = inFlight.origin?.id ?? inFlight.entry.id;
    return new Delivery(stream, id, this.address, handler, attempt, event, inFlight, this.parts);
  }

  /**
   * Carries an outcome out.
   *
   * @returns after how many milliseconds to try again; undefined when the delivery is settled, or not ours any more
   */
  private async carryOut(
    handlerDelivery: HandlerDelivery,
    outcome: Outcome,
    note: FailureNote,
  ): Promise<number | undefined> {
    const { event, handler, inFlight } = handlerDelivery;
    const where = { stream: inFlight.stream, id: inFlight.entry.id, group: this.address.group, handler };
    try {
      switch (outcome.kind) {
        case 'commit':
          return undefined; // the attempt has committed: a conflict must run the handler again
        case 'retry':
          // As long as the delivery is this worker's, a standstill has done no harm. One that goes on is not over yet.
          if (outcome.counts || handlerDelivery.alone)
            await this.settler.note(
              handlerDelivery,
              note,
              handlerDelivery.alone && !handlerDelivery.overrun ? `-${handlerDelivery.alone.name}` : undefined,
            );
          return outcome.delayMs;
        case 'dead-letter': {
          const { reason, error } = outcome;
          const turn = this.deadLetterQuota.turn(where, this.stopping);
          if (turn) await turn;
          // What was to follow parked events goes on at once when there are none any more.
          if (!(await this.settler.deadLetter(handlerDelivery, reason, error, note))) return 0;
          this.deadLetterQuota.wrote(this.parts.keyspace, inFlight.subscription.stream);
          const { event_type, event_id, partition_key: key } = event ?? {};
          const attempt = note.failures + note.unended.length;
          this.observer.emit({ kind: 'dead-lettered', ...where, event_type, event_id, key, attempt, reason, error });
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
  private logUnexpected({ inFlight, handler }: HandlerDelivery, thrown: unknown): void {
    if (!this.lines.admits('')) return;
    const what = `${inFlight.stream} ${inFlight.entry.id}, for ${handler}, met an unexpected error`;
    this.logger.error(what, textOf(thrown).stack);
  }

  private tellHandled(
    handlerDelivery: DecodedHandlerDelivery,
    attempt: number,
    started: number,
    transaction?: Transaction,
  ): void {
    for (const { streamName } of transaction?.events ?? []) this.instrumentation.sent(streamName);
    if (!this.observer.isHeard('handled')) return;
    const published = transaction?.events.map(({ type }) => type) ?? [];
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
    const { event_type, event_id, partition_key: key } = event;
    return {
      stream: inFlight.stream,
      id: inFlight.entry.id,
      group: this.address.group,
      handler,
      event_type,
      event_id,
      key,
    };
  }
}

const COMMITTED: Outcome = { kind: 'commit' };

/** Lost to another consumer, with its group, or Redis stayed away beyond the shutdown's deadline. */
function isLoss(thrown: unknown): boolean {
  return isA(thrown, DeliveryLostError) || isGroupMissing(thrown) || isOutage(thrown);
}

function unrecoverable(thrown: unknown): Outcome {
  return { kind: 'dead-letter', reason: 'unrecoverable', error: errorOf(thrown) };
}

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

/** Each run gets an event of its own: an earlier one may have changed what it was given. */
function eventFor({ inFlight, event }: DecodedHandlerDelivery): EventEnvelope<object> {
  return { ...event, data: inFlight.isGiven ? readEvent(inFlight).event.data : take(inFlight, event) };
}

/** The payload as it was first decoded, for one run. */
function take(inFlight: InFlightDelivery, event: EventEnvelope<object>): object {
  const { data } = event;
  inFlight.isGiven = true;
  // The handler's from now on: while the event waits for its settlement, nobody else needs it.
  event.data = GIVEN;
  return data;
}

const GIVEN = Object.freeze({});

function noteOf(inFlight: InFlightDelivery, handler: string): FailureNote {
  if (!inFlight.isNoted && !inFlight.isSuspect) return NO_FAILURES;
  return parseNote(inFlight.notes.get(noteField(inFlight.entry.id, handler)));
}

function failedOnceMore({ failures, firstFailureMs, unended }: FailureNote): FailureNote {
  return { failures: failures + 1, firstFailureMs: firstFailureMs || Date.now(), unended };
}

function attemptTo<T>(work: () => T): T | { thrown: unknown } {
  try {
    return work();
  } catch (thrown) {
    return { thrown };
  }
}

/** Of an entry that is not decoded. A replay that can be read no more, such as an edited one, is still that handler's. */
function undecodedDelivery(inFlight: InFlightDelivery): HandlerDelivery {
  const handler = inFlight.origin?.handler ?? NO_HANDLER;
  return {
    inFlight,
    event: undefined,
    handler,
    parksKey: false,
    handlers: inFlight.subscription.handlerNames,
    operation: undefined,
  };
}

const names = new WeakMap<readonly RegisteredHandler[], readonly string[]>();

/** Once for each route, not for each event. */
function namesOf(handlers: readonly RegisteredHandler[]): readonly string[] {
  let found = names.get(handlers);
  if (!found) names.set(handlers, (found = handlers.map(({ name }) => name)));
  return found;
}
