import { IDLE_STREAMS, SCENARIOS, type Scenario } from '../scenarios.js';
import type { Spread } from '../statistics.js';
import type { Result } from './results.js';

/** A table. The first column holds names, the others numbers. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** The titles of the contestants, by name. */
export type Titles = ReadonlyMap<string, string>;

/** The columns of a kind of scenario, after the column of the contestant. */
interface Columns {
  readonly head: readonly string[];
  readonly cells: (result: Result) => readonly string[];
}

/** One table per scenario and persistence. */
export function tablesOf(results: readonly Result[], titles: Titles): Table[] {
  return (['everysec', 'off'] as const).flatMap((aof) =>
    SCENARIOS.flatMap((scenario) => {
      const own = results.filter((result) => result.aof === aof && result.scenario === scenario);
      return own.length === 0 ? [] : tableOf(scenario, aof === 'off' ? 'no AOF' : 'AOF everysec', own, titles);
    }),
  );
}

function tableOf(scenario: Scenario, persistence: string, results: readonly Result[], titles: Titles): Table {
  const { head, cells } = columnsOf(scenario);
  const comparedWith =
    scenario.comparedWith === undefined ? '' : ` (ratio to the yardstick’s ${scenario.comparedWith})`;
  const titleOf = ({ contestant }: Result) => titles.get(contestant) ?? contestant;
  return {
    title: `${scenario.title}${comparedWith} · ${persistence}`,
    head: ['', ...head],
    rows: results.map((result) => [
      titleOf(result),
      ...(result.failures.length > 0 ? ['failed', ...head.slice(1).map(() => '')] : cells(result)),
    ]),
    notes: results.flatMap((result) => result.failures.map((failure) => `${titleOf(result)} failed: ${failure}`)),
  };
}

function columnsOf(scenario: Scenario): Columns {
  switch (scenario.kind) {
    case 'publish':
    case 'consume':
      return THROUGHPUT;
    case 'latency':
      return LATENCY;
    case 'memory':
      return MEMORY;
    case 'idle':
      return idleColumns(scenario.workers);
  }
}

const THROUGHPUT: Columns = {
  head: ['events/s', 'min – max', '× yardstick', 'client µs', 'server µs', 'commands', 'bytes in', 'bytes out'],
  cells: ({ figures, ratio }) => [
    whole(figures.perSecond?.median),
    range(figures.perSecond, whole),
    fixed(ratio, 2),
    fixed(figures.clientCpuUs?.median, 1),
    fixed(figures.serverCpuUs?.median, 1),
    fixed(figures.commands?.median, 3),
    whole(figures.bytesIn?.median),
    whole(figures.bytesOut?.median),
  ],
};

const LATENCY: Columns = {
  head: ['p50 ms', 'min – max', 'p99 ms', 'min – max', 'p99.9 ms', 'min – max'],
  cells: ({ figures: { p50, p99, p999 } }) =>
    [p50, p99, p999].flatMap((spread) => [fixed(spread?.median, 2), range(spread, (value) => fixed(value, 2))]),
};

const MEMORY: Columns = {
  head: ['backlog', 'heap MiB: start', 'middle', 'end', 'rss MiB: start', 'middle', 'end', 'server bytes/event'],
  cells: ({ figures, memory = [] }) => [
    whole((memory.at(-1)?.count ?? Number.NaN) + 1),
    ...[0, 1, 2].map((index) => fixed(mebibytes(memory[index]?.heap), 1)),
    ...[0, 1, 2].map((index) => fixed(mebibytes(memory[index]?.rss), 0)),
    whole(figures.serverBytes?.median),
  ],
};

function idleColumns(workers: number): Columns {
  return {
    head: ['commands/s', 'for each worker', 'for each worker and stream', 'client ms/s', 'server ms/s'],
    cells: ({ figures: { idleCommands, idleClientCpuMs, idleServerCpuMs } }) => [
      ...[1, workers, workers * IDLE_STREAMS].map((among) => fixed(idleCommands && idleCommands.median / among, 2)),
      fixed(idleClientCpuMs?.median, 2),
      fixed(idleServerCpuMs?.median, 2),
    ],
  };
}

function mebibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 2 ** 20;
}

function whole(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en');
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}

function range(spread: Spread | undefined, show: (value: number) => string): string {
  return spread === undefined ? '–' : `${show(spread.min)} – ${show(spread.max)}`;
}
