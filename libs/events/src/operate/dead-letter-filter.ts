import type { DeadLetterReason } from '../model/outcome.js';
import type { DeadLetter } from './dead-letter.js';

/** Which dead letters: those that match everything that is given. */
export interface DeadLetterFilter {
  /** The consumer group's name. */
  group?: string;
  /** The handler's name, such as `OrderHandlers.onOrderPlaced`. */
  handler?: string;
  /** Why they are dead letters. */
  reason?: DeadLetterReason;
  /** The `event_type`; an entry that cannot be decoded has none. */
  eventType?: string;
  /** The `name` of the error, such as `EventValidationError`. */
  errorName?: string;
  /** The `correlation_id`; an entry that cannot be decoded has none. */
  correlationId?: string;
}

/** Whether a dead letter matches. */
export function matches(deadLetter: DeadLetter, filter: DeadLetterFilter): boolean {
  const { group, handler, reason, eventType, errorName, correlationId } = filter;
  return (
    (group === undefined || deadLetter.group === group) &&
    (handler === undefined || deadLetter.handler === handler) &&
    (reason === undefined || deadLetter.reason === reason) &&
    (eventType === undefined || deadLetter.event?.event_type === eventType) &&
    (errorName === undefined || deadLetter.errorName === errorName) &&
    (correlationId === undefined || deadLetter.event?.correlation_id === correlationId)
  );
}
