import { YARDSTICK } from '../contestants/all.mjs';
import { SCENARIOS } from '../scenarios.mjs';
import { spreadOf } from './statistics.mjs';

/**
 * One measurement: what, of whom, in which round, and its figures or why it failed.
 * @typedef {object} Sample
 * @property {string} scenario
 * @property {string} contestant
 * @property {'everysec' | 'off'} aof
 * @property {number} round
 * @property {number} events
 * @property {number} warmUp
 * @property {import('../run/measure.mjs').Figures} [figures]
 * @property {string} [failed]
 */

/**
 * All rounds of one contestant in one scenario.
 * @typedef {object} Result
 * @property {import('../scenarios.mjs').Scenario} scenario
 * @property {string} contestant
 * @property {'everysec' | 'off'} aof
 * @property {readonly string[]} failures
 * @property {Readonly<Record<string, import('./statistics.mjs').Spread>>} figures by the names of {@link FIGURES}
 * @property {number | undefined} ratio events a second, to the yardstick's of the same run
 * @property {readonly import('../process/memory.mjs').MemorySample[] | undefined} memory
 */

/** What there is of a measurement, as one number each. @type {Readonly<Record<string, (figures: import('../run/measure.mjs').Figures) => number | undefined>>} */
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
};

/**
 * @param {readonly Sample[]} samples
 * @returns {Result[]} in the order of the scenarios; a contestant that failed once has no figures
 */
export function resultsOf(samples) {
  /** @type {Map<string, Sample[]>} */
  const groups = new Map();
  for (const sample of samples) {
    const key = `${sample.aof} ${sample.scenario} ${sample.contestant}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const results = [...groups.values()].map((group) => resultOf(group));
  return results.map((result) => ({ ...result, ratio: ratioOf(result, results) }));
}

/** @param {Sample[]} group */
function resultOf(group) {
  const [first] = group;
  const scenario = SCENARIOS.find(({ name }) => name === first?.scenario);
  if (first === undefined || scenario === undefined) throw new Error('Expected samples of a scenario.');
  const failures = group.flatMap(({ failed }) => failed ?? []);
  /** @type {Record<string, import('./statistics.mjs').Spread>} */
  const figures = {};
  for (const [name, of] of Object.entries(FIGURES)) {
    const spread = spreadOf(group.flatMap((sample) => (sample.figures && of(sample.figures)) ?? []));
    if (spread !== undefined && failures.length === 0) figures[name] = spread;
  }
  const { contestant, aof } = first;
  return { scenario, contestant, aof, failures, figures, ratio: undefined, memory: first.figures?.memory };
}

/**
 * @param {Result} result
 * @param {readonly Result[]} results
 */
function ratioOf({ scenario, aof, figures }, results) {
  const yardstick = results.find(
    (other) =>
      other.contestant === YARDSTICK && other.aof === aof && other.scenario.name === (scenario.beside ?? scenario.name),
  );
  const own = figures['perSecond']?.median;
  const theirs = yardstick?.figures['perSecond']?.median;
  return own === undefined || theirs === undefined ? undefined : own / theirs;
}
