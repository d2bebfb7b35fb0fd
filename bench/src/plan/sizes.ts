import type { BenchOptions } from '../arguments.js';
import type { Figures } from '../measure/figures.js';
import { LATENCY_PER_SECOND } from '../scenarios.js';
import type { PlanEntry } from './plan.js';

/** How long one measurement should take. If it is outside the range, the next round has another number of events. */
const TARGET_MS = 3000;
const MIN_MS = 2000;
const MAX_MS = 5000;
const QUICK_SHARE = 0.2;

const BACKLOG = 1_000_000;
const QUICK_BACKLOG = 20_000;
const LATENCY_SECONDS = 10;
const QUICK_LATENCY_SECONDS = 2;
/** How long idle workers are measured. */
const IDLE_SECONDS = 10;
const QUICK_IDLE_SECONDS = 3;

/** The events of the warm-up, as a share of the measured ones. V8 compiles the code meanwhile. */
const WARM_UP_SHARE = 0.25;
const MIN_WARM_UP = 2000;

/** A measurement has failed when it takes so many times longer than expected. */
const DEADLINE_FACTOR = 20;
const MIN_DEADLINE_MS = 60_000;

/** The size of one measurement. */
export interface Size {
  /** Events that are measured; for idle workers: seconds. */
  readonly events: number;
  readonly warmUp: number;
  readonly deadlineMs: number;
}

/** Determines the sizes of measurements: by the contestant's expected rate at first, then by its measured rate. */
export class Sizes {
  /** The measured events a second, by measurement. */
  private readonly measured = new Map<string, number>();

  constructor(private readonly options: Pick<BenchOptions, 'quick' | 'events'>) {}

  of(entry: PlanEntry): Size {
    const { quick, events: exactly } = this.options;
    const { kind } = entry.scenario;
    if (kind === 'idle') {
      return { events: quick ? QUICK_IDLE_SECONDS : IDLE_SECONDS, warmUp: 0, deadlineMs: 2 * MIN_DEADLINE_MS };
    }
    const events = this.eventsOf(entry);
    const share = kind === 'memory' ? 0 : Math.ceil(events * WARM_UP_SHARE);
    const warmUp = Math.max(share, exactly === undefined ? MIN_WARM_UP : Math.ceil(events * WARM_UP_SHARE));
    const expectedMs = (1000 * (events + warmUp)) / entry.expectedRate;
    return { events, warmUp, deadlineMs: Math.max(MIN_DEADLINE_MS, DEADLINE_FACTOR * expectedMs) };
  }

  /** Uses the measured rate for the next round if this one took too long or too short. */
  record(entry: PlanEntry, { ms, perSecond }: Figures): void {
    if (ms === undefined || perSecond === undefined || this.options.quick) return;
    if (ms < MIN_MS || ms > MAX_MS) this.measured.set(keyOf(entry), perSecond);
  }

  private eventsOf(entry: PlanEntry): number {
    const { quick, events: exactly } = this.options;
    if (exactly !== undefined) return exactly;
    if (entry.scenario.kind === 'memory') return quick ? QUICK_BACKLOG : BACKLOG;
    if (entry.scenario.kind === 'latency') {
      return LATENCY_PER_SECOND * (quick ? QUICK_LATENCY_SECONDS : LATENCY_SECONDS);
    }
    const rate = this.measured.get(keyOf(entry)) ?? entry.expectedRate;
    return Math.ceil((rate * (quick ? QUICK_SHARE : 1) * TARGET_MS) / 1000 / 100) * 100;
  }
}

function keyOf({ aof, scenario, contestant }: PlanEntry): string {
  return `${aof} ${scenario.name} ${contestant}`;
}
