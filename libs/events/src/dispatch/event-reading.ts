import type { Semaphore } from '../concurrency/semaphore.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { HandlerDelivery } from '../delivery/handler-delivery.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import { awaitedIn } from '../delivery/subscriptions.js';
import type { EventsObserver } from '../model/events-observer.js';
import { outcomeBeforehand, outcomeOfUnreadable, type Outcome } from '../model/outcome.js';
import { errorOf } from '../model/thrown.js';
import type { Settler } from '../settle/settler.js';
import { NO_FAILURES, type FailureNote } from '../stream/delivery-notes.js';
import type { TransactionParts } from '../transaction/transaction.js';
import { failedOnceMore, noteOf, undecodedDelivery } from './handler-deliveries.js';
import { isLoss, unrecoverable, type OutcomeExecutor } from './outcome-executor.js';
import type { Quarantine } from './quarantine.js';
import { openEvent, readEvent, type ReadEvent, type SealedEvent } from './read-event.js';

/** Reads entries that cannot be read at once: in quarantine, or with keys of personal data; and settles those that nobody can read. */
export class EventReading {
  constructor(
    private readonly group: string,
    private readonly semaphore: Semaphore,
    private readonly settler: Settler,
    private readonly parts: Pick<TransactionParts, 'keyspace' | 'subjectKeys'>,
    private readonly observer: EventsObserver,
    private readonly stopping: Stopping,
    private readonly quarantine: Quarantine,
    private readonly outcomes: OutcomeExecutor,
  ) {}

  /** An entry that no handler of this worker can get: another worker's may, or it becomes a dead letter. Never throws. */
  async reject(inFlight: InFlightDelivery, thrown: unknown): Promise<void> {
    const handlerDelivery = undecodedDelivery(inFlight);
    const awaited = inFlight.isOverdue ? undefined : awaitedIn(thrown);
    if (awaited !== undefined && (await this.handOver(handlerDelivery, awaited))) return;
    await this.outcomes.carryOut(handlerDelivery, outcomeOfUnreadable(thrown), failedOnceMore(NO_FAILURES));
  }

  /**
   * Decodes and validates an entry in quarantine. Redis is told before that it begins: of a crash nobody could tell afterwards.
   * Never throws.
   *
   * @returns undefined when it is settled, is lost, or the worker stops
   */
  async readInQuarantine(inFlight: InFlightDelivery): Promise<ReadEvent | SealedEvent | undefined> {
    const handlerDelivery = undecodedDelivery(inFlight);
    const note = noteOf(inFlight, handlerDelivery.handler);
    try {
      const read = await this.readNoted(handlerDelivery, note);
      if (!read || !('thrown' in read)) return read;
      await this.reject(inFlight, read.thrown);
    } catch (thrown) {
      const isExpected = isLoss(thrown);
      if (!isExpected) this.outcomes.logUnexpected(handlerDelivery, thrown);
      const outcome: Outcome = isExpected ? { kind: 'abandon', error: errorOf(thrown) } : unrecoverable(thrown);
      await this.outcomes.carryOut(handlerDelivery, outcome, note);
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
      note.openQuarantineRuns = await this.settler.openQuarantineRuns(handlerDelivery);
      const crashes = note.openQuarantineRuns.length;
      const known = outcomeBeforehand(handler, { crashes, isParked: false, partitionKey: undefined });
      if (known) {
        await this.outcomes.carryOut(handlerDelivery, known, note);
        return undefined;
      }
      const run = await this.quarantine.begin(handlerDelivery, note);
      const read = attemptTo(() => readEvent(inFlight));
      await this.quarantine.end(handlerDelivery, run, undefined);
      return read;
    } finally {
      this.semaphore.release(true);
    }
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
      this.observer.emit({ kind: 'unknown', stream, id: entry.id, group: this.group, awaited, policy });
    } catch (thrown) {
      if (!isLoss(thrown)) {
        this.outcomes.logUnexpected(handlerDelivery, thrown);
        return false;
      }
      // It is pending, and taken over.
      const { group } = this;
      this.observer.emit({ kind: 'abandoned', stream, id: entry.id, group, handler: handlerDelivery.handler, error: errorOf(thrown) }); // prettier-ignore
    }
    return true;
  }
}

function attemptTo<T>(work: () => T): T | { thrown: unknown } {
  try {
    return work();
  } catch (thrown) {
    return { thrown };
  }
}
