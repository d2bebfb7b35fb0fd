import { SafeLogger, WORKER } from '../log/safe-logger.js';

/** A handler that runs on after its time limit. */
export interface Overrun {
  /** `OrderHandlers.onOrderPlaced` */
  handler: string;
  /** Its time limit, in milliseconds. */
  timeoutMs: number;
  streamKey: string;
  /** The entry's id. */
  id: string;
}

interface OpenOverrun extends Overrun {
  /** When it exceeded its time limit, by `performance.now()`. */
  sinceMs: number;
  /** Whether it has exceeded the second limit, too. */
  isStuck: boolean;
}

/** The handlers of this worker that run on after their time limits. One that does so for too long makes the worker unhealthy. */
export class Overruns {
  private readonly logger = new SafeLogger(WORKER);
  private readonly open = new Set<OpenOverrun>();

  /** @param limitMs how long a handler may run on after its time limit, in milliseconds */
  constructor(private readonly limitMs: number) {}

  /** A handler has exceeded its time limit. @returns a function to call when it has really ended */
  begin(overrun: Overrun): () => void {
    const own = { ...overrun, sinceMs: performance.now(), isStuck: false };
    this.open.add(own);
    const timer = setTimeout(() => {
      own.isStuck = true;
      this.logger.error(`${said(own)}. The worker is not healthy until it ends: start the process again`);
    }, this.limitMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
      this.open.delete(own);
      if (own.isStuck) this.logger.warn(`${own.handler} has ended with ${own.streamKey} ${own.id} after all`);
    };
  }

  /** Why the worker is unhealthy, in words; undefined while it is healthy. */
  get stuck(): string | undefined {
    for (const one of this.open) if (one.isStuck) return said(one);
    return undefined;
  }
}

function said({ handler, streamKey, id, sinceMs, timeoutMs }: OpenOverrun): string {
  const lateMs = Math.round(performance.now() - sinceMs);
  return (
    `${handler} goes on with ${streamKey} ${id}, ${String(lateMs)} ms after its time limit of ${String(timeoutMs)} ms, ` +
    'and does not heed delivery.signal; its key and its slot stay taken'
  );
}
