import type { DeadLetterLimits } from '../dead-letters/dead-letter-limits.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import {
  AttemptsExhaustedError,
  DeliveryLostError,
  EventParkedError,
  isGroupMissing,
  isOutage,
  TransactionConflictError,
} from '../errors.js';
import { LineLimit } from '../line-limit.js';
import type { EventsObserver } from '../observe/events-observer.js';
import type { Holding } from '../read/holdings.js';
import type { Stopping } from '../read/stopping.js';
import { SafeLogger } from '../safe-logger.js';
import { OUTCOME } from '../telemetry/attributes.js';
import { NO_FAILURES, noteField, parseNote, type FailureNote } from '../settle/delivery-notes.js';
import { isFailure, outcomeBeforehand, outcomeOf, outcomeOfUnreadable, type Outcome } from '../settle/outcome.js';
import type { Settler, Share } from '../settle/settler.js';
import { KEYS_KEPT_MS } from '../personal/subject-keys.js';
import { rollBack, type Transaction, type TransactionParts } from '../transaction/transaction.js';
import type { Operation } from '../telemetry/operation.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { errorOf, isA, textOf } from '../thrown.js';
import { isPromise } from '../promise-like.js';
import { Pauses, type Pause } from './pauses.js';
import { Delivery, endRun, ignoresFailure, overrunOf } from './delivery.js';
import type { Overruns } from './overruns.js';
import { isSealed, openEvent, readEvent, type ReadEvent, type SealedEvent } from './read-event.js';
import { Standstill } from './standstill.js';
import type { Slots } from './slots.js';
import { awaitedIn, NO_HANDLER, type RegisteredHandler } from './subscriptions.js';
import { withinTimeLimit } from './time-limit.js';
import { turnIsOver } from './turn.js';

/** The part of the time without a renewal after which deliveries are taken over: three renewals fit into that time. */
const DOUBTFUL_STANDSTILL = 1 / 2;

/** Runs of a transaction that others' commits keep invalidating, before it makes room for a while. */
const MOST_RUNS = 20;

type ReadableShare = Share & { event: EventEnvelope<object> };

/** Tries handlers at events until the deliveries are settled, one way or another. */
export class Attempts {
  /** Tries alone so far, of all partitions: their names must not repeat. */
  private static alone = 0;
  /** Those of the retries. */
  readonly pauses: Pauses;
  private readonly logger = new SafeLogger(Attempts.name);
  private readonly lines = new LineLimit((_, count) => {
    this.logger.error(`${String(count)} more deliveries of ${this.address.group} have met an unexpected error`);
  });

  /** @param robbedAfterMs after how long without a sign of life others take this worker's deliveries over */
  constructor(
    private readonly address: { group: string; consumer: string },
    private readonly slots: Slots,
    private readonly overruns: Overruns,
    private readonly settler: Settler,
    private readonly parts: TransactionParts,
    private readonly observer: EventsObserver,
    private readonly stopping: Stopping,
    private readonly telemetry: Telemetry,
    private readonly robbedAfterMs: number,
    private readonly letters: DeadLetterLimits,
  ) {
    this.pauses = new Pauses(stopping);
  }

  /** An entry that no handler of this worker can get: another worker's may, or it becomes a dead letter. Never throws. */
  async refuse(holding: Holding, thrown: unknown): Promise<void> {
    const share = unreadShare(holding);
    const awaited = holding.isOverdue ? undefined : awaitedIn(thrown);
    if (awaited !== undefined && (await this.handOver(share, awaited))) return;
    await this.carryOut(share, outcomeOfUnreadable(thrown), failedOnceMore(NO_FAILURES));
  }

  /**
   * Decodes and validates an entry of which workers may have died before: alone, and after a note that it begins, since of its end
   * by a crash nobody could tell. Never throws.
   *
   * @returns undefined when it is settled, is lost, or the worker stops
   */
  async readAlone(holding: Holding): Promise<ReadEvent | SealedEvent | undefined> {
    const share = unreadShare(holding);
    const note = noteOf(holding, share.handler);
    try {
      const read = await this.readNoted(share, note);
      if (!read || !('thrown' in read)) return read;
      await this.refuse(holding, read.thrown);
    } catch (thrown) {
      const isExpected = isLoss(thrown);
      if (!isExpected) this.logUnexpected(share, thrown);
      const outcome: Outcome = isExpected ? { kind: 'abandon', error: errorOf(thrown) } : unrecoverable(thrown);
      await this.carryOut(share, outcome, note);
    }
    return undefined;
  }

  /**
   * Decrypts personal data of an event with keys that Redis has now. While Redis does not give them, it waits. Never throws.
   *
   * @returns undefined when it is settled, or the worker stops
   */
  async open(holding: Holding, sealed: SealedEvent): Promise<ReadEvent | undefined> {
    const { keyspace, subjectKeys } = this.parts;
    try {
      return await this.settler.reading(() => openEvent(holding, sealed, keyspace, subjectKeys));
    } catch (thrown) {
      // Of an outage that shutdown does not wait for nothing is to be said: others get it.
      if (!isLoss(thrown)) await this.refuse(holding, thrown);
      return undefined;
    }
  }

  private async readNoted(
    share: Share,
    note: FailureNote,
  ): Promise<ReadEvent | SealedEvent | { thrown: unknown } | undefined> {
    const { holding, handler } = share;
    const waiting = this.slots.acquire(true);
    if (waiting) await waiting;
    try {
      if (this.stopping.isStopping || holding.lostBecause) return undefined;
      note.unended = await this.settler.unended(share);
      const crashes = note.unended.length;
      const known = outcomeBeforehand(handler, { crashes, isParked: false, key: undefined });
      if (known) {
        await this.carryOut(share, known, note);
        return undefined;
      }
      const alone = this.newAlone();
      await this.settler.note(share, note, `+${alone.name}`);
      const read = attemptTo(() => readEvent(holding));
      await this.endAlone(share, alone, undefined);
      return read;
    } finally {
      this.slots.release(true);
    }
  }

  private newAlone(): NonNullable<Share['alone']> {
    return {
      name: `${this.address.consumer}/${String((Attempts.alone += 1))}`,
      standstill: new Standstill(),
    };
  }

  /** What this worker has no handler for is not its to judge, unless it was told so. @returns false for a dead letter */
  private async handOver(share: Share, awaited: string): Promise<boolean> {
    const { stream, entry, subscription, origin } = share.holding;
    const { unknown: policy } = subscription;
    // A dead letter that was replayed for a handler that is gone was not sent to be dropped.
    if (policy === 'dead-letter' || (policy === 'ignore' && origin)) return false;
    try {
      if (policy === 'ignore') await this.settler.commit(share, undefined);
      else if (!(await this.settler.waitForHandler(share, awaited))) return false;
      this.observer.emit({ kind: 'unknown', stream, id: entry.id, group: this.address.group, awaited, policy });
    } catch (thrown) {
      if (!isLoss(thrown)) {
        this.logUnexpected(share, thrown);
        return false;
      }
      // It is pending, and taken over.
      const { group } = this.address;
      this.observer.emit({ kind: 'abandoned', stream, id: entry.id, group, handler: share.handler, error: errorOf(thrown) }); // prettier-ignore
    }
    return true;
  }

  /** An event without handlers, or whose handlers are all done: it is acknowledged. Never throws. */
  async passOver(
    holding: Holding,
    event: EventEnvelope<object>,
    handlers: readonly RegisteredHandler[],
  ): Promise<void> {
    const share = {
      holding,
      event,
      handler: NO_HANDLER,
      parksKey: false,
      handlers: namesOf(handlers),
      span: undefined,
    };
    await this.settler.commit(share, undefined).catch((thrown: unknown) => {
      if (!isLoss(thrown)) this.logUnexpected(share, thrown);
    });
  }

  /**
   * Tries one handler until its share of the delivery is settled, the worker stops, or the event is set aside in a pause
   * (`holding.setAsideIn`): then it goes on when the event is taken up. Never throws.
   *
   * @param left the pauses in which the event was set aside, where several handlers had one
   */
  async untilSettled(
    holding: Holding,
    event: EventEnvelope<object>,
    handler: RegisteredHandler,
    handlers: readonly RegisteredHandler[],
    left?: readonly Pause[],
  ): Promise<void> {
    const { name, parksKey } = handler;
    const share: ReadableShare = {
      holding,
      event,
      handler: name,
      parksKey,
      handlers: namesOf(handlers),
      span: undefined,
    };
    let note = noteOf(holding, name);
    try {
      if (note.failures >= handler.retry.attempts) {
        const error = new AttemptsExhaustedError(name, note.failures);
        await this.carryOut(share, { kind: 'dead-letter', reason: 'exhausted', error }, note);
        return;
      }
      const pause = left?.find((one) => one.handler === name);
      if (pause && (await this.pauses.until(holding, pause))) return;
      for (;;) {
        const outcome = await this.attempt(share, handler, note);
        if (share.alone && !share.overrun) await this.endAlone(share, share.alone, outcome);
        if (!outcome || outcome.kind === 'commit') return;
        if (isFailure(outcome)) note = failedOnceMore(note);
        const waitMs = await this.carryOut(share, outcome, note);
        const until = performance.now() + (waitMs ?? 0);
        if (share.overrun) await this.untilEnded(share, share.overrun, outcome);
        if (waitMs === undefined) return;
        delete share.alone;
        if (await this.pauses.until(holding, { handler: name, until })) return;
      }
    } catch (thrown) {
      this.logUnexpected(share, thrown);
      await this.carryOut(share, unrecoverable(thrown), failedOnceMore(note));
      await share.overrun;
    }
  }

  /** What became of the try is settled, but its handler still runs: until it has ended nothing else of its key may begin. */
  private async untilEnded(share: Share, overrun: Promise<void>, outcome: Outcome): Promise<void> {
    await overrun;
    delete share.overrun;
    if (share.alone) await this.endAlone(share, share.alone, outcome);
  }

  /**
   * Runs the handler and commits; a transaction whose reads no longer hold runs again at once.
   *
   * @returns undefined when nothing was begun, since the worker stops or the delivery is lost
   */
  private async attempt(
    share: ReadableShare,
    handler: RegisteredHandler,
    note: FailureNote,
  ): Promise<Outcome | undefined> {
    const { holding, event } = share;
    const attempt = note.failures + 1;
    const started = performance.now();
    let operation: Operation | undefined;
    let delivery: Delivery | undefined;
    try {
      for (let run = 1; ; run += 1) {
        // What two workers have not come to an end of may have been their end: nothing else is to suffer from it.
        const waiting = this.slots.acquire(holding.isSuspect);
        if (waiting) await waiting;
        try {
          for (let pause = turnIsOver(); pause; pause = turnIsOver()) await pause;
          if (this.stopping.isStopping || holding.lostBecause) return undefined;
          const known = holding.isSuspect || share.parksKey ? await this.beforehand(share, note) : undefined;
          if (known) return known;
          const data = holding.openedMs > 0 ? await this.openData(share) : undefined;
          if (data && !this.mayBegin(holding)) return undefined;
          operation ??= this.begin(share, attempt);
          delivery = this.deliveryOf(share, attempt);
          const running = invoke(handler, share, delivery, operation, data);
          if (isPromise(running)) await withinTimeLimit(handler, running, delivery);
        } finally {
          const ended = delivery && overrunOf(delivery);
          if (ended) this.keepSlot(share, handler, ended);
          else this.slots.release(holding.isSuspect);
        }
        const transaction = endRun(delivery);
        const result = await this.settler.commit(share, transaction);
        if (result.status === 'parked') throw new EventParkedError(event.partition_key ?? '');
        if (result.status !== 'conflict') {
          operation?.succeed();
          this.tellHandled(share, attempt, started, transaction);
          return COMMITTED;
        }
        if (transaction) rollBack(transaction);
        this.observer.emit({ kind: 'conflict', ...this.about(share), attempt, conflictingKey: result.key });
        if (run === MOST_RUNS) throw new TransactionConflictError(run, result.key);
      }
    } catch (error) {
      const transaction = delivery && endRun(delivery);
      if (transaction) rollBack(transaction);
      const isIgnored = delivery && ignoresFailure(delivery);
      const outcome = outcomeOf(error, attempt, handler.retry, Math.random(), handler.errors, isIgnored);
      operation?.say({ [OUTCOME]: outcome.kind });
      operation?.fail(error);
      this.tellFailed(share, attempt, started, outcome);
      return outcome;
    } finally {
      // One that was called off after a conflict.
      operation?.succeed();
    }
  }

  /** Whether it is still this worker's to handle: that may change while something is waited for. */
  private mayBegin({ lostBecause }: Holding): boolean {
    return !this.stopping.isStopping && !lostBecause;
  }

  /** The payload for one run, of an event with encrypted data: no handler begins with what a destroyed key was for. */
  private async openData({ holding, event }: ReadableShare): Promise<object> {
    if (!holding.isGiven && performance.now() - holding.openedMs < KEYS_KEPT_MS) return take(holding, event);
    const read = readEvent(holding);
    const { keyspace, subjectKeys } = this.parts;
    return isSealed(read) ? (await openEvent(holding, read, keyspace, subjectKeys)).event.data : read.event.data;
  }

  /** The handler goes on although its time is up: its slot is free when it has really ended. */
  private keepSlot(share: ReadableShare, { name, timeoutMs }: RegisteredHandler, ended: Promise<void>): void {
    const { isSuspect, stream, entry } = share.holding;
    // It was alone as long as it had time; the others are not to stand still for ever.
    if (isSuspect) this.slots.keepOne();
    const end = this.overruns.begin({ handler: name, timeoutMs, stream, id: entry.id });
    share.overrun = ended.then(() => {
      end();
      this.slots.release();
    });
  }

  private begin(share: ReadableShare, attempt: number): Operation | undefined {
    const operation = this.telemetry.process(share, attempt);
    share.span = operation?.spanContext;
    return operation;
  }

  /** What is known against the event before its handler runs; a try alone is noted here: of a crash nobody could tell. */
  private async beforehand(share: ReadableShare, note: FailureNote): Promise<Outcome | undefined> {
    const { holding, event, handler } = share;
    const isParked = await this.settler.isParked(share);
    if (!holding.isSuspect) return outcomeBeforehand(handler, { crashes: 0, isParked, key: event.partition_key });
    // Others may have come to their end since this delivery was taken over.
    note.unended = (await this.settler.unended(share)).filter((name) => name !== share.alone?.name);
    const crashes = note.unended.length;
    const known = outcomeBeforehand(handler, { crashes, isParked, key: event.partition_key });
    if (known) return known;
    share.alone ??= this.newAlone();
    await this.settler.note(share, note, `+${share.alone.name}`);
    return undefined;
  }

  /**
   * A try alone has not ended the worker. But where it stood still for so long that others took the delivery over, the event
   * may be the reason, and would be the next time, too.
   */
  private async endAlone(
    share: Share,
    { name, standstill }: NonNullable<Share['alone']>,
    outcome: Outcome | undefined,
  ): Promise<void> {
    const stoodStillMs = standstill.end();
    // With its commit the note was removed.
    if (outcome?.kind === 'commit' || stoodStillMs > this.robbedAfterMs * DOUBTFUL_STANDSTILL) return;
    // Where Redis stays away, it counts as one of whose end nothing is known.
    await this.settler.endAlone(share, name).catch(() => undefined);
  }

  private deliveryOf({ holding, event, handler }: ReadableShare, attempt: number): Delivery {
    const stream = holding.origin?.stream ?? holding.stream;
    const id = holding.origin?.id ?? holding.entry.id;
    return new Delivery(stream, id, this.address, handler, attempt, event, holding, this.parts);
  }

  /**
   * Carries an outcome out.
   *
   * @returns after how many milliseconds to try again; undefined when the delivery is settled, or not ours any more
   */
  private async carryOut(share: Share, outcome: Outcome, note: FailureNote): Promise<number | undefined> {
    const { event, handler, holding } = share;
    const where = { stream: holding.stream, id: holding.entry.id, group: this.address.group, handler };
    try {
      switch (outcome.kind) {
        case 'commit':
          return undefined; // the attempt has committed: a conflict must run the handler again
        case 'retry':
          // As long as the delivery is this worker's, a standstill has done no harm. One that goes on is not over yet.
          if (outcome.counts || share.alone)
            await this.settler.note(share, note, share.alone && !share.overrun ? `-${share.alone.name}` : undefined);
          return outcome.delayMs;
        case 'dead-letter': {
          const { reason, error } = outcome;
          const turn = this.letters.turn(where, this.stopping);
          if (turn) await turn;
          // What was to follow parked events goes on at once when there are none any more.
          if (!(await this.settler.deadLetter(share, reason, error, note))) return 0;
          this.letters.wrote(this.parts.keyspace, holding.subscription.stream);
          const { event_type, event_id, partition_key: key } = event ?? {};
          const attempt = note.failures + note.unended.length;
          this.observer.emit({ kind: 'dead-lettered', ...where, event_type, event_id, key, attempt, reason, error });
          return undefined;
        }
        case 'ignore':
          await this.settler.commit(share, undefined);
          return undefined;
        case 'abandon':
          this.observer.emit({ kind: 'abandoned', ...where, error: outcome.error });
          return undefined;
      }
    } catch (thrown) {
      if (!isLoss(thrown)) {
        this.logUnexpected(share, thrown);
        if (outcome.kind !== 'dead-letter') return this.carryOut(share, unrecoverable(thrown), note);
        // Nothing more can be done here. Whoever takes it over writes the dead letter, and does not call the handler again.
        await this.settler.note(share, note).catch((failure: unknown) => {
          if (!isLoss(failure)) this.logUnexpected(share, failure);
        });
      }
      // It is pending, and taken over.
      this.observer.emit({ kind: 'abandoned', ...where, error: errorOf(thrown) });
      return undefined;
    }
  }

  /** Neither the handler nor the loss of a delivery: something that this library did not foresee. */
  private logUnexpected({ holding, handler }: Share, thrown: unknown): void {
    if (!this.lines.admits('')) return;
    const what = `${holding.stream} ${holding.entry.id}, for ${handler}, met an unexpected error`;
    this.logger.error(what, textOf(thrown).stack);
  }

  private tellHandled(share: ReadableShare, attempt: number, started: number, transaction?: Transaction): void {
    for (const { streamName } of transaction?.events ?? []) this.telemetry.sent(streamName);
    if (!this.observer.isHeard('handled')) return;
    const published = transaction?.events.map(({ type }) => type) ?? [];
    const durationMs = performance.now() - started;
    this.observer.emit({ kind: 'handled', ...this.about(share), attempt, durationMs, published });
  }

  private tellFailed(share: ReadableShare, attempt: number, started: number, outcome: Outcome): void {
    const tried = { ...this.about(share), attempt, durationMs: performance.now() - started };
    if (outcome.kind === 'ignore') this.observer.emit({ ...tried, ...outcome, kind: 'ignored' });
    if (outcome.kind === 'retry') this.observer.emit({ ...tried, ...outcome, kind: 'retried' });
  }

  private about({ holding, event, handler }: ReadableShare) {
    const { event_type, event_id, partition_key: key } = event;
    return {
      stream: holding.stream,
      id: holding.entry.id,
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
  share: ReadableShare,
  delivery: Delivery,
  operation: Operation | undefined,
  data: object | undefined,
): unknown {
  const event = data ? { ...share.event, data } : eventFor(share);
  return operation ? operation.run(() => handler.invoke(event, delivery)) : handler.invoke(event, delivery);
}

/** Each run gets an event of its own: an earlier one may have changed what it was given. */
function eventFor({ holding, event }: ReadableShare): EventEnvelope<object> {
  return { ...event, data: holding.isGiven ? readEvent(holding).event.data : take(holding, event) };
}

/** The payload as it was first decoded, for one run. */
function take(holding: Holding, event: EventEnvelope<object>): object {
  const { data } = event;
  holding.isGiven = true;
  // The handler's from now on: while the event waits for its settlement, nobody else needs it.
  event.data = GIVEN;
  return data;
}

const GIVEN = Object.freeze({});

function noteOf(holding: Holding, handler: string): FailureNote {
  if (!holding.isNoted && !holding.isSuspect) return NO_FAILURES;
  return parseNote(holding.notes.get(noteField(holding.entry.id, handler)));
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
function unreadShare(holding: Holding): Share {
  const handler = holding.origin?.handler ?? NO_HANDLER;
  return {
    holding,
    event: undefined,
    handler,
    parksKey: false,
    handlers: holding.subscription.handlerNames,
    span: undefined,
  };
}

const names = new WeakMap<readonly RegisteredHandler[], readonly string[]>();

/** Once for each route, not for each event. */
function namesOf(handlers: readonly RegisteredHandler[]): readonly string[] {
  let found = names.get(handlers);
  if (!found) names.set(handlers, (found = handlers.map(({ name }) => name)));
  return found;
}
