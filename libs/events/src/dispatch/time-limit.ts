import { Deadlines } from '../concurrency/deadlines.js';
import { HandlerTimeoutError } from '../model/errors/delivery.js';
import { expire, type Delivery } from '../delivery/delivery.js';

/** By the handlers' time limits. */
const limits = new Map<number, Deadlines>();

/**
 * Waits for a handler within its time limit.
 *
 * @param timeoutMs 0 for no limit
 * @param delivery is told before the promise rejects, and when `run` has really ended
 * @throws HandlerTimeoutError when the time is up
 */
export function withinTimeLimit(
  { name, timeoutMs }: { name: string; timeoutMs: number },
  run: PromiseLike<unknown>,
  delivery: Delivery,
): PromiseLike<unknown> {
  if (timeoutMs === 0) return run;
  const limit = limits.get(timeoutMs) ?? new Deadlines(timeoutMs);
  limits.set(timeoutMs, limit);
  return new Promise((resolve, reject) => {
    let end: (() => void) | undefined;
    const running = limit.begin({
      atMs: 0,
      before: undefined,
      after: undefined,
      expire() {
        const error = new HandlerTimeoutError(name, timeoutMs);
        const ended = new Promise<void>((resolveEnded) => (end = resolveEnded));
        expire(delivery, error, ended);
        reject(error);
      },
    });
    // By a real promise: a thenable may call back twice, or throw.
    Promise.resolve(run).then(
      (value) => {
        limit.end(running);
        end?.();
        resolve(value);
      },
      (error: unknown) => {
        limit.end(running);
        end?.();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the handler threw
        reject(error);
      },
    );
  });
}
