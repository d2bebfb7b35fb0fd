import type { Pause } from '../delivery/pause.js';
import type { InFlightDelivery } from '../delivery/in-flight-delivery.js';
import type { Stopping } from '../concurrency/stopping.js';

interface Waiting extends Pause {
  end: () => void;
}

/** Events in their retry pauses. An event of which all handlers pause can be deferred: Redis has notes of its attempts. */
export class Pauses {
  private readonly waiting = new Map<InFlightDelivery, Waiting[]>();

  constructor(private readonly stopping: Stopping) {}

  /** Waits until a pause is over, or the worker stops. @returns whether the event was deferred: its handlers go on when it is resumed */
  async until(inFlight: InFlightDelivery, { handler, until }: Pause): Promise<boolean> {
    await this.stopping.orAfter(Math.max(0, until - performance.now()), (end) => {
      const others = this.waiting.get(inFlight);
      if (others) others.push({ handler, until, end });
      else this.waiting.set(inFlight, [{ handler, until, end }]);
    });
    if (inFlight.deferredIn) return true;
    this.end(inFlight, handler);
    return false;
  }

  /**
   * Defers events, those with the longest pauses first.
   *
   * @param most how many at most
   * @returns how many; each has its `deferredIn` set, and {@link until} returns soon
   */
  defer(most: number): number {
    const whole = [...this.waiting].filter(([inFlight, waiting]) => waiting.length === inFlight.openHandlers);
    whole.sort(([, one], [, other]) => endOf(other) - endOf(one));
    const some = whole.slice(0, most);
    for (const [inFlight, waiting] of some) {
      this.waiting.delete(inFlight);
      inFlight.deferredIn = waiting.map(({ handler, until }) => ({ handler, until }));
      for (const { end } of waiting) end();
    }
    return some.length;
  }

  private end(inFlight: InFlightDelivery, handler: string): void {
    const others = this.waiting.get(inFlight)?.filter((one) => one.handler !== handler) ?? [];
    if (others.length > 0) this.waiting.set(inFlight, others);
    else this.waiting.delete(inFlight);
  }
}

/** When the first of several pauses is over. */
export function endOf(pauses: readonly Pause[]): number {
  return Math.min(...pauses.map(({ until }) => until));
}
