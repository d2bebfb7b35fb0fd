import type { DeadLetterReasonName } from '../../../src/contract/dead-letters.js';

const REASONS: Record<DeadLetterReasonName, string> = {
  undecodable: 'The entry is not an event: a field is missing, or its data is not JSON.',
  unknown: 'The group has no handler for events of this type or version.',
  invalid: 'The payload is not valid for the event type.',
  unrecoverable: 'The handler reported an error that a retry cannot fix.',
  exhausted: 'The handler failed in every attempt.',
  crashed: 'Workers crashed while they handled it, more than once.',
  parked: 'It waits behind a dead letter of the same partition key.',
};

/** The meaning of a reason. A reason that the library does not use comes from another program. */
export function reasonText(reason: string): string {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason as DeadLetterReasonName];
  return reason === ''
    ? 'It has no reason.'
    : 'The library does not use this reason: another program wrote this dead letter.';
}
