import { HandlerTimeoutError } from '../errors.js';

/**
 * Runs a handler within its time limit.
 *
 * @param run gets a signal that is aborted when the time is up, or when `signal` is
 * @param timeoutMs 0 for no limit
 * @throws HandlerTimeoutError when the time is up; what `run` does afterwards is its own affair
 */
export async function withinTimeLimit(
  handler: string,
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (timeoutMs === 0) {
    await run(signal);
    return;
  }
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new HandlerTimeoutError(handler, timeoutMs);
      limit.abort(error);
      reject(error);
    }, timeoutMs);
  });
  const running = run(AbortSignal.any([signal, limit.signal]));
  // It may fail after its time, when nobody waits for it any more.
  running.catch(() => undefined);
  try {
    await Promise.race([running, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
