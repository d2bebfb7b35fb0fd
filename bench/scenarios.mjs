/**
 * @typedef {'publish-one' | 'publish-callers' | 'publish-batches' | 'consume' | 'consume-transaction'
 *   | 'consume-two-workers' | 'latency' | 'memory' | 'idle-1' | 'idle-20' | 'idle-200'} ScenarioName
 *
 * @typedef {object} Scenario
 * @property {ScenarioName} name
 * @property {string} title
 * @property {'publish' | 'consume' | 'latency' | 'memory' | 'idle'} kind
 * @property {'one' | 'callers' | 'batches'} [how] how events are published
 * @property {number} [workers] processes that consume; of those that wait, all in one process
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
  ...[1, 20, 200].map((workers) => ({
    name: /** @type {ScenarioName} */ (`idle-${String(workers)}`),
    title: `${String(workers)} ${workers === 1 ? 'worker' : 'workers'} of one group on ten streams, with nothing to do`,
    kind: /** @type {const} */ ('idle'),
    workers,
  })),
];

export const CALLERS = 100;
export const BATCH = 100;
export const BATCHES_IN_FLIGHT = 2;
export const LATENCY_PER_SECOND = 1000;
/** That each worker reads which waits. */
export const IDLE_STREAMS = 10;
