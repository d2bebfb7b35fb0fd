import {
  AttemptsExhaustedError,
  DeliveryLostError,
  EventParkedError,
  HandlerGoneError,
  UnrecoverableError,
  WorkerCrashedError,
} from './errors/delivery.js';
import { EventDecodeError, UnknownEventError } from './errors/event.js';
import { isGroupMissing, isOutage } from './errors/redis.js';
import { TransactionConflictError } from './errors/transaction.js';
import { errorOf, isA } from './thrown.js';
import { backoff, type ErrorRule, type RetryPolicy } from './retry-policy.js';

/** Why an event becomes a dead letter. */
export type DeadLetterReason =
  | 'undecodable'
  | 'unknown'
  | 'invalid'
  | 'unrecoverable'
  | 'exhausted'
  /** Workers died of it in quarantine, too. */
  | 'crashed'
  /** An earlier event of its key is a dead letter. */
  | 'parked';

/** What happens to a delivery. Decided here, carried out by `OutcomeExecutor`; a success has been committed by `HandlerRunner`. */
export type Outcome =
  /** Acknowledge, with the transaction's writes and events. */
  | { kind: 'commit' }
  /** Try again in `delayMs`; `counts` tells whether the failure was the event's own. */
  | { kind: 'retry'; delayMs: number; counts: boolean; error: Error }
  /** Move it to the dead letters. */
  | { kind: 'dead-letter'; reason: DeadLetterReason; error: Error }
  /** Acknowledge without effects: the handler's policy says that this error does not matter. */
  | { kind: 'acknowledge'; error: Error }
  /** Leave it: it is somebody else's now. */
  | { kind: 'abandon'; error: Error };

/** After so many quarantine runs without an end an event becomes a dead letter: one may be chance. */
const MAX_CRASHES = 2;

/** The pauses after failures that are not the event's own: Redis is away, or other commits were faster. */
const UNCOUNTED_RETRY: RetryPolicy = { attempts: Infinity, firstDelayMs: 100, maxDelayMs: 2000 };

/**
 * Decides what a handler's failure leads to. Pure.
 *
 * @param thrown what the handler threw
 * @param attempt which attempt failed, from 1
 * @param random from 0 to below 1, for the jitter
 * @param rules what the handler says of errors; the first that fits decides
 * @param isAcknowledged whether the handler or a filter has called `delivery.acknowledgeOnFailure()`
 */
export function outcomeOf(
  thrown: unknown,
  attempt: number,
  policy: RetryPolicy,
  random: number,
  rules: readonly ErrorRule[] = [],
  isAcknowledged = false,
): Outcome {
  const error = errorOf(thrown, 'The handler threw');
  if (isA(thrown, DeliveryLostError) || isGroupMissing(thrown)) return { kind: 'abandon', error };
  if (isA(thrown, EventParkedError)) return { kind: 'dead-letter', reason: 'parked', error };
  if (isOutage(thrown) || isA(thrown, TransactionConflictError)) {
    return { kind: 'retry', delayMs: backoff(UNCOUNTED_RETRY, 1, random), counts: false, error };
  }
  const action = isAcknowledged ? 'acknowledge' : rules.find((one) => isA(thrown, one.error))?.action;
  if (action === 'acknowledge') return { kind: 'acknowledge', error };
  if (action === 'dead-letter' || (action === undefined && isA(thrown, UnrecoverableError))) {
    return { kind: 'dead-letter', reason: 'unrecoverable', error };
  }
  if (attempt >= policy.attempts) return { kind: 'dead-letter', reason: 'exhausted', error };
  return { kind: 'retry', delayMs: backoff(policy, attempt, random), counts: true, error };
}

/** Whether an attempt has failed. A parked event, and one whose quarantine runs have crashed, was not attempted. */
export function isFailure(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'retry':
      return outcome.counts;
    case 'dead-letter':
      return outcome.reason !== 'parked' && outcome.reason !== 'crashed';
    case 'commit':
    case 'acknowledge':
    case 'abandon':
      return false;
  }
}

/** The outcome of an event that has failed as often as it may, but whose dead letter could not be written. Pure. */
export function outcomeOfExhausted(handler: string, failures: number): Outcome {
  return { kind: 'dead-letter', reason: 'exhausted', error: new AttemptsExhaustedError(handler, failures) };
}

/** Whether the delivery is another consumer's now, its group is gone, or Redis stayed away beyond the shutdown's deadline. */
export function isLoss(thrown: unknown): boolean {
  return isA(thrown, DeliveryLostError) || isGroupMissing(thrown) || isOutage(thrown);
}

/** The outcome after an error of the library itself: a loss, or one that it did not foresee. Pure. */
export function outcomeOfUnexpected(thrown: unknown): Outcome {
  const error = errorOf(thrown);
  return isLoss(thrown) ? { kind: 'abandon', error } : { kind: 'dead-letter', reason: 'unrecoverable', error };
}

/** The outcome before the handler runs: undefined unless the event is parked, or has crashed workers too often. Pure. */
export function outcomeBeforehand(
  handler: string,
  { crashes, isParked, partitionKey }: { crashes: number; isParked: boolean; partitionKey: string | undefined },
): Outcome | undefined {
  if (isParked) return { kind: 'dead-letter', reason: 'parked', error: new EventParkedError(partitionKey ?? '') };
  if (crashes < MAX_CRASHES) return undefined;
  return { kind: 'dead-letter', reason: 'crashed', error: new WorkerCrashedError(handler, crashes) };
}

/** The outcome of an entry that no handler can get: it cannot be decoded, is unknown, or is not valid. Pure. */
export function outcomeOfUnreadable(thrown: unknown): Outcome {
  const reason = isA(thrown, EventDecodeError)
    ? 'undecodable'
    : isA(thrown, UnknownEventError) || isA(thrown, HandlerGoneError)
      ? 'unknown'
      : 'invalid';
  // Decorators of the user's may have thrown it.
  return { kind: 'dead-letter', reason, error: errorOf(thrown, 'Reading the event threw') };
}
