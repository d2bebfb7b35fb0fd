import { HandlerTimeoutError } from '../errors.js';

/** A try that runs, and when its time is up. */
interface Running {
  deadline: number;
  expire: () => void;
}

/**
 * Limits how long tries of handlers may take. Those of one limit end in the order in which they began, so one timer, for
 * the first of them, serves all.
 */
class TimeLimit {
  private readonly running = new Set<Running>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  begin(expire: () => void): Running {
    const running = { deadline: performance.now() + this.timeoutMs, expire };
    this.running.add(running);
    if (this.timer === undefined) this.arm(this.timeoutMs);
    return running;
  }

  end(running: Running): void {
    this.running.delete(running);
  }

  private arm(ms: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const now = performance.now();
      for (const running of this.running) {
        if (running.deadline > now) {
          this.arm(Math.max(1, running.deadline - now));
          return;
        }
        this.running.delete(running);
        running.expire();
      }
    }, ms);
    // What runs keeps the process alive by itself, or not at all.
    this.timer.unref();
  }
}

const limits = new Map<number, TimeLimit>();

/**
 * Waits for a handler within its time limit.
 *
 * @param timeoutMs 0 for no limit
 * @param onTimeUp called before the promise rejects
 * @throws HandlerTimeoutError when the time is up; what `run` does afterwards is its own affair
 */
export function withinTimeLimit(
  handler: string,
  timeoutMs: number,
  run: PromiseLike<unknown>,
  onTimeUp: (error: Error) => void,
): PromiseLike<unknown> {
  if (timeoutMs === 0) return run;
  const limit = limits.get(timeoutMs) ?? new TimeLimit(timeoutMs);
  limits.set(timeoutMs, limit);
  return new Promise((resolve, reject) => {
    const running = limit.begin(() => {
      const error = new HandlerTimeoutError(handler, timeoutMs);
      onTimeUp(error);
      reject(error);
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
