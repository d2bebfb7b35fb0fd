import { Failure } from '@shop/tools';
import type { BenchOptions } from '../arguments.js';
import type { NamedContestant } from '../contestants/all.js';
import { SCENARIOS, type Persistence, type Scenario } from '../scenarios.js';

/** One planned measurement. */
export interface PlanEntry {
  readonly scenario: Scenario;
  readonly contestant: string;
  readonly aof: Persistence;
  /** From 0. */
  readonly round: number;
  /** The expected number of events a second. */
  readonly expectedRate: number;
}

/**
 * The measurements in their order. The contestants take turns, so that other load of the machine affects all of them.
 *
 * @throws Failure if `--only` matches nothing
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
        contestants.flatMap(({ name, expectedRates: { [scenario.name]: expectedRate } }) =>
          expectedRate !== undefined && only.test(`${scenario.name}/${name}`)
            ? [{ scenario, contestant: name, aof: mode, round, expectedRate }]
            : [],
        ),
      ).flat(),
    ),
  );
  if (entries.length > 0) return entries;
  const scenarios = SCENARIOS.map(({ name }) => name).join(', ');
  const names = contestants.map(({ name }) => name).join(', ');
  throw new Failure(`--only matches no measurement. Scenarios: ${scenarios}. Contestants: ${names}.`);
}

function dependsOnAof({ kind }: Scenario): boolean {
  return kind === 'publish' || kind === 'consume';
}

function isMeasuredOnce({ kind }: Scenario): boolean {
  return kind === 'memory' || kind === 'idle';
}
