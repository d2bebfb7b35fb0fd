import type { BenchOptions } from '../arguments.js';
import type { Figures } from '../measure/figures.js';
import { LATENCY_PER_SECOND } from '../scenarios.js';
import type { PlanEntry } from './plan.js';

/** How long one measurement should take; one outside the range is given another number of events. */
const WANTED_MS = 3000;
const SHORTEST_MS = 2000;
const MAX_MS = 5000;
const QUICK_SHARE = 0.2;

const BACKLOG = 1_000_000;
const QUICK_BACKLOG = 20_000;
const LATENCY_SECONDS = 10;
const QUICK_LATENCY_SECONDS = 2;
/** How long idle workers are looked at. */
const IDLE_SECONDS = 10;
const QUICK_IDLE_SECONDS = 3;

/** Events before the clock runs, a share of those that count: until the code is compiled. */
const WARM_UP_SHARE = 0.25;
const LEAST_WARM_UP = 2000;

/** A measurement that takes so many times longer than it should has failed. */
const PATIENCE = 20;
const LEAST_DEADLINE_MS = 60_000;

/** How large one measurement is. */
export interface Size {
  /** Events that are measured; of idle workers: seconds. */
  readonly events: number;
  readonly warmUp: number;
  readonly deadlineMs: number;
}

/** How large measurements are: by the contestant's pace at first, then by what it has shown. */
export class Sizes {
  /** Events a second, by measurement. */
  private readonly shown = new Map<string, number>();

  constructor(private readonly options: Pick<BenchOptions, 'quick' | 'events'>) {}

  of(entry: PlanEntry): Size {
    const { quick, events: exactly } = this.options;
    const { kind } = entry.scenario;
    if (kind === 'idle') {
      return { events: quick ? QUICK_IDLE_SECONDS : IDLE_SECONDS, warmUp: 0, deadlineMs: 2 * LEAST_DEADLINE_MS };
    }
    const events = this.eventsOf(entry);
    const share = kind === 'memory' ? 0 : Math.ceil(events * WARM_UP_SHARE);
    const warmUp = Math.max(share, exactly === undefined ? LEAST_WARM_UP : Math.ceil(events * WARM_UP_SHARE));
    const expectedMs = (1000 * (events + warmUp)) / entry.pace;
    return { events, warmUp, deadlineMs: Math.max(LEAST_DEADLINE_MS, PATIENCE * expectedMs) };
  }

  /** The next round of it is sized by what it has shown, where it took too long or was over too soon. */
  learn(entry: PlanEntry, { ms, perSecond }: Figures): void {
    if (ms === undefined || perSecond === undefined || this.options.quick) return;
    if (ms < SHORTEST_MS || ms > MAX_MS) this.shown.set(keyOf(entry), perSecond);
  }

  private eventsOf(entry: PlanEntry): number {
    const { quick, events: exactly } = this.options;
    if (exactly !== undefined) return exactly;
    if (entry.scenario.kind === 'memory') return quick ? QUICK_BACKLOG : BACKLOG;
    if (entry.scenario.kind === 'latency') {
      return LATENCY_PER_SECOND * (quick ? QUICK_LATENCY_SECONDS : LATENCY_SECONDS);
    }
    const pace = this.shown.get(keyOf(entry)) ?? entry.pace;
    return Math.ceil((pace * (quick ? QUICK_SHARE : 1) * WANTED_MS) / 1000 / 100) * 100;
  }
}

function keyOf({ aof, scenario, contestant }: PlanEntry): string {
  return `${aof} ${scenario.name} ${contestant}`;
}
