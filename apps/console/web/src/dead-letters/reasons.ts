import type { DeadLetterReasonName } from '../../../src/contract/dead-letters.js';

const REASONS: Record<DeadLetterReasonName, string> = {
  undecodable: 'The entry is no event: a field is missing, or its data is no JSON.',
  unknown: 'No handler of the group knows events of this type or version.',
  invalid: 'The payload breaks the rules of the event type.',
  unrecoverable: 'The handler said that trying again is of no use.',
  exhausted: 'The handler failed as often as it may.',
  crashed: 'Workers ended in the middle of it, more than once.',
  parked: 'It waits behind a dead letter of the same partition key.',
};

/** What a reason means, in words; one that the library does not give comes from whoever wrote the dead letter. */
export function reasonText(reason: string): string {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason as DeadLetterReasonName];
  return reason === '' ? 'It does not say why.' : 'Its reason is none of the library: something else has written it.';
}
