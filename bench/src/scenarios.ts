/** How the server writes to disk: `appendfsync everysec`, or no append-only file. */
export type Persistence = 'everysec' | 'off';

/** How events are published: by one caller, by many callers at once, or in batches. */
export type PublishMode = 'one' | 'callers' | 'batches';

export type ScenarioName =
  | 'publish-one'
  | 'publish-callers'
  | 'publish-batches'
  | 'consume'
  | 'consume-transaction'
  | 'consume-two-workers'
  | 'latency'
  | 'memory'
  | 'idle-1'
  | 'idle-20'
  | 'idle-200';

interface Named {
  readonly name: ScenarioName;
  /** For people. */
  readonly title: string;
  /** The scenario whose yardstick the ratios refer to, if this one has no yardstick. */
  readonly comparedWith?: ScenarioName;
}

export interface PublishScenario extends Named {
  readonly kind: 'publish';
  readonly mode: PublishMode;
}

export interface ConsumeScenario extends Named {
  readonly kind: 'consume';
  /** The number of consuming processes. */
  readonly workers: number;
  /** Whether each event also writes a hash and publishes another event. */
  readonly withEffects: boolean;
}

export interface LatencyScenario extends Named {
  readonly kind: 'latency';
}

export interface MemoryScenario extends Named {
  readonly kind: 'memory';
}

export interface IdleScenario extends Named {
  readonly kind: 'idle';
  /** The number of idle workers, all in one process. */
  readonly workers: number;
}

export type Scenario = PublishScenario | ConsumeScenario | LatencyScenario | MemoryScenario | IdleScenario;

/** All scenarios, in the order of the tables. */
export const SCENARIOS: readonly Scenario[] = [
  { kind: 'publish', name: 'publish-one', title: 'publish, one caller', mode: 'one' },
  { kind: 'publish', name: 'publish-callers', title: 'publish, 100 callers', mode: 'callers' },
  { kind: 'publish', name: 'publish-batches', title: 'publish, batches of 100', mode: 'batches' },
  { kind: 'consume', name: 'consume', title: 'consume, plain handler', workers: 1, withEffects: false },
  {
    kind: 'consume',
    name: 'consume-transaction',
    title: 'consume, transaction that writes a hash and publishes an event',
    workers: 1,
    withEffects: true,
    comparedWith: 'consume',
  },
  {
    kind: 'consume',
    name: 'consume-two-workers',
    title: 'consume, plain handler, two workers',
    workers: 2,
    withEffects: false,
  },
  { kind: 'latency', name: 'latency', title: 'latency from publish to handler at 1,000 events a second' },
  { kind: 'memory', name: 'memory', title: 'memory over a backlog' },
  idle('idle-1', 1),
  idle('idle-20', 20),
  idle('idle-200', 200),
];

/** How many callers publish at once. */
export const CALLERS = 100;
/** The number of events in a batch. */
export const BATCH = 100;
export const BATCHES_IN_FLIGHT = 2;
export const LATENCY_PER_SECOND = 1000;
/** How many streams each idle worker reads. */
export const IDLE_STREAMS = 10;

function idle(name: ScenarioName, workers: number): IdleScenario {
  const who = `${String(workers)} ${workers === 1 ? 'worker' : 'workers'}`;
  return { kind: 'idle', name, workers, title: `${who} of one group on ten streams, with nothing to do` };
}
