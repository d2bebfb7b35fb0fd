/**
 * @typedef {'publish-one' | 'publish-callers' | 'publish-batches' | 'consume' | 'consume-transaction'
 *   | 'consume-two-workers' | 'latency' | 'memory'} ScenarioName
 *
 * @typedef {object} Scenario
 * @property {ScenarioName} name
 * @property {string} title
 * @property {'publish' | 'consume' | 'latency' | 'memory'} kind
 * @property {'one' | 'callers' | 'batches'} [how] how events are published
 * @property {number} [workers] processes that consume
 * @property {boolean} [withEffects] each event writes a hash and publishes another event
 * @property {ScenarioName} [beside] whose yardstick the ratios are to, where it has none of its own
 */

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  { name: 'publish-one', title: 'publish, one caller', kind: 'publish', how: 'one' },
  { name: 'publish-callers', title: 'publish, 100 callers', kind: 'publish', how: 'callers' },
  { name: 'publish-batches', title: 'publish, batches of 100', kind: 'publish', how: 'batches' },
  { name: 'consume', title: 'consume, plain handler', kind: 'consume', workers: 1 },
  {
    name: 'consume-transaction',
    title: 'consume, transaction that writes a hash and publishes an event',
    kind: 'consume',
    workers: 1,
    withEffects: true,
    beside: 'consume',
  },
  { name: 'consume-two-workers', title: 'consume, plain handler, two workers', kind: 'consume', workers: 2 },
  { name: 'latency', title: 'latency from publish to handler at 1,000 events a second', kind: 'latency' },
  { name: 'memory', title: 'memory over a backlog', kind: 'memory', workers: 1 },
];

export const CALLERS = 100;
export const BATCH = 100;
export const BATCHES_IN_FLIGHT = 2;
export const LATENCY_PER_SECOND = 1000;
