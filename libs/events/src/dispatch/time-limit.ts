import { Deadlines } from '../deadlines.js';
import { HandlerTimeoutError } from '../errors.js';

/** One for each limit that handlers have. */
const limits = new Map<number, Deadlines>();

/**
 * Waits for a handler within its time limit.
 *
 * @param timeoutMs 0 for no limit
 * @param delivery is told before the promise rejects
 * @throws HandlerTimeoutError when the time is up; what `run` does afterwards is its own affair
 */
export function withinTimeLimit(
  { name, timeoutMs }: { name: string; timeoutMs: number },
  run: PromiseLike<unknown>,
  delivery: { expire(error: Error): void },
): PromiseLike<unknown> {
  if (timeoutMs === 0) return run;
  const limit = limits.get(timeoutMs) ?? new Deadlines(timeoutMs);
  limits.set(timeoutMs, limit);
  return new Promise((resolve, reject) => {
    const running = limit.begin({
      atMs: 0,
      before: undefined,
      after: undefined,
      expire() {
        const error = new HandlerTimeoutError(name, timeoutMs);
        delivery.expire(error);
        reject(error);
      },
    });
    run.then(
      (value) => {
        limit.end(running);
        resolve(value);
      },
      (error: unknown) => {
        limit.end(running);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the handler threw
        reject(error);
      },
    );
  });
}
