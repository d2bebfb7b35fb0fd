/** When a failed handler is retried. */
export interface RetryPolicy {
  /** How often the handler is tried in all, the first time included. */
  attempts: number;
  /** The longest pause after the first failure, in milliseconds. It doubles with each further failure. */
  firstDelayMs: number;
  /** The longest pause after any failure, in milliseconds. */
  maxDelayMs: number;
}

/** What happens to an event whose handler threw an error of this class, or of a subclass. */
export interface ErrorRule {
  /** The class; an error of a subclass matches, too. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an error class may take any arguments
  error: abstract new (...args: any[]) => Error;
  /** `retry` as any other failure, `dead-letter` at once, or `acknowledge`: the event is settled without effects. */
  action: 'retry' | 'dead-letter' | 'acknowledge';
}

/**
 * How long to wait after a failed attempt: exponential, with "equal jitter" (half fixed, half random), so that many
 * events that failed together do not come back together.
 * Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param attempt which attempt failed, from 1
 * @param random from 0 to below 1
 * @returns milliseconds
 */
export function backoff(policy: RetryPolicy, attempt: number, random: number): number {
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
