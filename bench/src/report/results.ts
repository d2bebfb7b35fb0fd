import { YARDSTICK } from '../contestants/all.js';
import type { Figures } from '../measure/figures.js';
import type { MemorySample } from '../process/messages.js';
import { SCENARIOS, type Persistence, type Scenario, type ScenarioName } from '../scenarios.js';
import { spreadOf, type Spread } from '../statistics.js';

/** One measurement, with its figures or the reason of its failure. */
export interface Sample {
  readonly scenario: ScenarioName;
  readonly contestant: string;
  readonly aof: Persistence;
  readonly round: number;
  readonly events: number;
  readonly warmUp: number;
  readonly figures?: Figures;
  readonly failed?: string;
}

/** Reads each figure as one number; undefined if the measurement does not have it. */
const FIGURES = {
  perSecond: ({ perSecond }) => perSecond,
  clientCpuUs: ({ clientCpuUs }) => clientCpuUs,
  serverCpuUs: ({ serverCpuUs }) => serverCpuUs,
  commands: ({ commands }) => commands,
  bytesIn: ({ bytesIn }) => bytesIn,
  bytesOut: ({ bytesOut }) => bytesOut,
  p50: ({ latencyMs }) => latencyMs?.p50,
  p99: ({ latencyMs }) => latencyMs?.p99,
  p999: ({ latencyMs }) => latencyMs?.p999,
  serverBytes: ({ serverBytes }) => serverBytes,
  idleCommands: ({ idleCommands }) => idleCommands,
  idleClientCpuMs: ({ idleClientCpuMs }) => idleClientCpuMs,
  idleServerCpuMs: ({ idleServerCpuMs }) => idleServerCpuMs,
} satisfies Record<string, (figures: Figures) => number | undefined>;

export type FigureName = keyof typeof FIGURES;

const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

/** All rounds of one contestant in one scenario. */
export interface Result {
  readonly scenario: Scenario;
  readonly contestant: string;
  readonly aof: Persistence;
  readonly failures: readonly string[];
  readonly figures: Readonly<Partial<Record<FigureName, Spread>>>;
  /** Its events a second, divided by those of the yardstick in the same run; undefined if one of them has none. */
  readonly ratio: number | undefined;
  readonly memory: readonly MemorySample[] | undefined;
}

/** @returns the results in the order of the samples. A contestant that failed in one round has no figures. */
export function resultsOf(samples: readonly Sample[]): Result[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.aof} ${sample.scenario} ${sample.contestant}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const results = [...groups.values()].map((group) => resultOf(group));
  return results.map((result) => ({ ...result, ratio: ratioOf(result, results) }));
}

function resultOf(group: readonly Sample[]): Result {
  const [first] = group;
  const scenario = SCENARIOS.find(({ name }) => name === first?.scenario);
  if (first === undefined || scenario === undefined) throw new Error('Expected samples of a scenario.');
  const failures = group.flatMap(({ failed }) => failed ?? []);
  const figures: Partial<Record<FigureName, Spread>> = {};
  for (const name of FIGURE_NAMES) {
    const spread = spreadOf(group.flatMap((sample) => (sample.figures && FIGURES[name](sample.figures)) ?? []));
    if (spread !== undefined && failures.length === 0) figures[name] = spread;
  }
  const { contestant, aof } = first;
  return { scenario, contestant, aof, failures, figures, ratio: undefined, memory: first.figures?.memory };
}

function ratioOf({ scenario, aof, figures }: Result, results: readonly Result[]): number | undefined {
  const yardstick = results.find(
    (other) =>
      other.contestant === YARDSTICK &&
      other.aof === aof &&
      other.scenario.name === (scenario.comparedWith ?? scenario.name),
  );
  const own = figures.perSecond?.median;
  const theirs = yardstick?.figures.perSecond?.median;
  return own === undefined || theirs === undefined ? undefined : own / theirs;
}
