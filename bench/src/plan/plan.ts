import { Failure } from '@shop/tools';
import type { BenchOptions } from '../arguments.js';
import type { NamedContestant } from '../contestants/all.js';
import { SCENARIOS, type Persistence, type Scenario } from '../scenarios.js';

/** One measurement that is to be made. */
export interface PlanEntry {
  readonly scenario: Scenario;
  readonly contestant: string;
  readonly aof: Persistence;
  /** Counted from 0. */
  readonly round: number;
  /** About how many events a second the contestant handles in this scenario. */
  readonly pace: number;
}

/**
 * What is measured, in which order: the contestants take turns, so that a disturbance meets all alike.
 *
 * @throws Failure when `--only` fits nothing
 */
export function planOf(
  { only, rounds, aof }: BenchOptions,
  contestants: readonly NamedContestant[],
): readonly PlanEntry[] {
  const modes = aof.map((mode) => ({
    mode,
    scenarios: SCENARIOS.filter((scenario) => mode === 'everysec' || aof.length === 1 || dependsOnAof(scenario)),
  }));
  const entries = modes.flatMap(({ mode, scenarios }) =>
    scenarios.flatMap((scenario) =>
      Array.from({ length: isMeasuredOnce(scenario) ? 1 : rounds }, (_, round) =>
        contestants.flatMap(({ name, pace: { [scenario.name]: pace } }) =>
          pace !== undefined && only.test(`${scenario.name}/${name}`)
            ? [{ scenario, contestant: name, aof: mode, round, pace }]
            : [],
        ),
      ).flat(),
    ),
  );
  if (entries.length > 0) return entries;
  const scenarios = SCENARIOS.map(({ name }) => name).join(', ');
  const names = contestants.map(({ name }) => name).join(', ');
  throw new Failure(`--only fits none of the scenarios ${scenarios} with one of ${names}.`);
}

function dependsOnAof({ kind }: Scenario): boolean {
  return kind === 'publish' || kind === 'consume';
}

function isMeasuredOnce({ kind }: Scenario): boolean {
  return kind === 'memory' || kind === 'idle';
}
