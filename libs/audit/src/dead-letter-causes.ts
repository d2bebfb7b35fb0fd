import type { DeadLetter } from './dead-letter.js';
import type { StreamName } from '@shop/contracts/facts';

/** Dead letters with the same stream, group and error. */
export interface DeadLetterCause {
  stream: StreamName;
  group: string;
  reason: string;
  errorName: string;
  count: number;
  /** How many of them were injected. */
  injected: number;
  /** The message of one of them: of one that was not injected, if there is any. */
  example: string;
}

/** Counts dead letters by stream, group and cause, the most frequent first. */
export function deadLetterCauses(deadLetters: readonly DeadLetter[]): DeadLetterCause[] {
  const causes = new Map<string, DeadLetterCause>();
  for (const { stream, group, reason, errorName, errorMessage, isInjected } of deadLetters) {
    const key = JSON.stringify([stream, group, reason, errorName]);
    const cause = causes.get(key) ?? { stream, group, reason, errorName, count: 0, injected: 0, example: errorMessage };
    if (!isInjected && cause.injected === cause.count) cause.example = errorMessage;
    cause.count += 1;
    if (isInjected) cause.injected += 1;
    causes.set(key, cause);
  }
  return [...causes.values()].sort((a, b) => b.count - a.count);
}
