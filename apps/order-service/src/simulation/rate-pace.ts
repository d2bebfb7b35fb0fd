import { setTimeout } from 'node:timers/promises';
import type { Arrivals } from '@shop/simulation';
import type { Pace } from './pace.js';

/** A pace of a given rate: customers arrive independently of the backlog of the shop. */
export class RatePace implements Pace {
  private readonly startedMs = performance.now();
  private dueMs = 0;

  constructor(
    private readonly arrivals: Arrivals,
    private readonly stopping: AbortSignal,
  ) {}

  next(): Promise<void> | undefined {
    this.dueMs += this.arrivals.nextDelayMs();
    const waitMs = this.dueMs - (performance.now() - this.startedMs);
    if (waitMs <= 0) return undefined;
    return setTimeout(waitMs, undefined, { signal: this.stopping }).catch(() => undefined);
  }
}
