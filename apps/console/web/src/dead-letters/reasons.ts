import type { DeadLetterReasonName } from '../../../src/contract/dead-letters.js';

/** What a reason means, in words. */
export const REASONS: Record<DeadLetterReasonName, string> = {
  undecodable: 'The entry is no event: a field is missing, or its data is no JSON.',
  unknown: 'No handler of the group knows events of this type or version.',
  invalid: 'The payload breaks the rules of the event type.',
  unrecoverable: 'The handler said that trying again is of no use.',
  exhausted: 'The handler failed as often as it may.',
  crashed: 'Workers ended in the middle of it, more than once.',
  parked: 'It waits behind a dead letter of the same partition key.',
};
