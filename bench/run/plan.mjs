import { Failure } from '@shop/tools';
import { CONTESTANTS, loadContestant } from '../contestants/all.mjs';
import { LATENCY_PER_SECOND, SCENARIOS } from '../scenarios.mjs';

/** How long one measurement should take, in milliseconds; one outside the range is given another number of events. */
const WANTED_MS = 3000;
const SHORTEST_MS = 2000;
const LONGEST_MS = 5000;
const QUICK_SHARE = 0.2;

const BACKLOG = 1_000_000;
const QUICK_BACKLOG = 20_000;
const LATENCY_SECONDS = 10;
const QUICK_LATENCY_SECONDS = 2;
/** How long workers that wait are looked at. */
const IDLE_SECONDS = 10;
const QUICK_IDLE_SECONDS = 3;

/** Events before the clock runs, a share of those that count: until the code is compiled. */
const WARM_UP_SHARE = 0.25;
const LEAST_WARM_UP = 2000;

/** A measurement that takes so many times longer than it should has failed. */
const PATIENCE = 20;
const LEAST_DEADLINE_MS = 60_000;

/**
 * What is measured in which order: each contestant in turn, so that a disturbance meets all alike.
 * @param {import('../arguments.mjs').BenchOptions} options
 */
export async function planOf({ only, rounds, aof }) {
  const contestants = await Promise.all(
    Object.keys(CONTESTANTS).map(async (name) => ({ name, ...(await loadContestant(name)) })),
  );
  const entries = aof.flatMap((mode) =>
    SCENARIOS.flatMap((scenario) =>
      Array.from({ length: scenario.kind === 'memory' || scenario.kind === 'idle' ? 1 : rounds }, (_, round) =>
        contestants
          .filter(({ name, pace }) => pace[scenario.name] !== undefined && only.test(`${scenario.name}/${name}`))
          .map(({ name, pace }) => ({ aof: mode, scenario, round, contestant: name, pace: pace[scenario.name] ?? 0 })),
      ).flat(),
    ).filter(({ scenario }) => mode === 'everysec' || aof.length === 1 || dependsOnAof(scenario)),
  );
  if (entries.length === 0) {
    const names = contestants.map(({ name }) => name).join(', ');
    throw new Failure(
      `--only fits none of the scenarios ${SCENARIOS.map(({ name }) => name).join(', ')} with one of ${names}.`,
    );
  }
  return entries;
}

/** @typedef {Awaited<ReturnType<typeof planOf>>[number]} PlanEntry */

/** @param {import('../scenarios.mjs').Scenario} scenario */
function dependsOnAof({ kind }) {
  return kind === 'publish' || kind === 'consume';
}

/**
 * How many events a measurement takes: by the contestant's pace at first, then by what it has shown.
 * @param {import('../arguments.mjs').BenchOptions} options
 */
export function createCounts({ quick, events: exactly }) {
  /** @type {Map<string, number>} events a second */
  const shown = new Map();
  const keyOf = (/** @type {PlanEntry} */ { aof, scenario, contestant }) => `${aof} ${scenario.name} ${contestant}`;

  /** @param {PlanEntry} entry */
  const measured = (entry) => {
    if (exactly !== undefined) return exactly;
    if (entry.scenario.kind === 'memory') return quick ? QUICK_BACKLOG : BACKLOG;
    if (entry.scenario.kind === 'latency')
      return LATENCY_PER_SECOND * (quick ? QUICK_LATENCY_SECONDS : LATENCY_SECONDS);
    const pace = shown.get(keyOf(entry)) ?? entry.pace;
    return Math.ceil((pace * (quick ? QUICK_SHARE : 1) * WANTED_MS) / 1000 / 100) * 100;
  };
  return {
    /** @param {PlanEntry} entry */
    of(entry) {
      // Of workers that wait: seconds.
      if (entry.scenario.kind === 'idle') {
        return { events: quick ? QUICK_IDLE_SECONDS : IDLE_SECONDS, warmUp: 0, deadlineMs: 2 * LEAST_DEADLINE_MS };
      }
      const events = measured(entry);
      const share = entry.scenario.kind === 'memory' ? 0 : Math.ceil(events * WARM_UP_SHARE);
      const warmUp = Math.max(share, exactly === undefined ? LEAST_WARM_UP : Math.ceil(events * WARM_UP_SHARE));
      const expectedMs = (1000 * (events + warmUp)) / entry.pace;
      return { events, warmUp, deadlineMs: Math.max(LEAST_DEADLINE_MS, PATIENCE * expectedMs) };
    },
    /**
     * @param {PlanEntry} entry
     * @param {import('./measure.mjs').Figures} figures
     */
    learn(entry, { ms, perSecond }) {
      if (ms === undefined || perSecond === undefined || quick) return;
      if (ms < SHORTEST_MS || ms > LONGEST_MS) shown.set(keyOf(entry), perSecond);
    },
  };
}
