import type { Health } from './http.js';
import type { RedisState } from './session.js';

/**
 * `GET /api/overview`: everything at one moment. The live feed sends the same each second, so that this is only for
 * programs and for pages without the feed. Rates are null at the first look.
 *
 * Errors: 503 Redis is away.
 */
export interface Overview {
  atMs: number;
  redis: RedisState;
  /** The worst of the findings. */
  health: Health;
  /** What is wrong, worst first. Empty: all is well. */
  findings: Finding[];
  totals: Totals;
  topology: Topology;
  /** The newest of the series. */
  point: SeriesPoint;
  /** How long it takes from one event to the event that answers it, by types; of the last half minute, sampled. */
  answers: AnswerLatency[];
}

/** The whole in numbers. */
export interface Totals {
  publishedPerSecond: number | null;
  handledPerSecond: number | null;
  /** Entries that were not delivered yet, of all groups; null where Redis does not know for one of them. */
  lag: number | null;
  /** The longest that an undelivered entry waits. */
  lagMs: number;
  pending: number;
  deadLetters: number;
  consumers: number;
}

/** Something that is wrong, in words. */
export interface Finding {
  /** The same while it is the same thing: a key for lists. */
  id: string;
  severity: 'info' | 'warning' | 'critical';
  /** `A consumer of ecommerce_processors is gone` */
  title: string;
  /** What is known of it, in a sentence or two. */
  detail: string;
  /** What to do. */
  advice: string;
  /** Since when it is seen. */
  sinceMs: number;
  /** What it is about; each is null when it is about something else. */
  stream: string | null;
  group: string | null;
  consumer: string | null;
}

/** Who publishes, what, and who handles it: a graph. */
export interface Topology {
  nodes: TopologyNode[];
  edges: TopologyEdge[];
}

export type TopologyNode = ProducerNode | StreamNode | GroupNode | ConsumerNode | DeadLettersNode;

interface Node {
  /** `stream:orders`, `group:payment_service`, … : unique, the same at each look. */
  id: string;
  name: string;
  health: Health;
}

/** A `source` of entries, seen in sampled entries of the last minutes. */
export interface ProducerNode extends Node {
  kind: 'producer';
  /** Estimated from samples. */
  perSecond: number | null;
  /** The group whose workers publish under this name (`group:…`), where that is known: draw them as one. */
  groupId: string | null;
}

export interface StreamNode extends Node {
  kind: 'stream';
  length: number;
  perSecond: number | null;
  lastEntryMs: number | null;
}

/** A consumer group's name, over all the streams that it reads. */
export interface GroupNode extends Node {
  kind: 'group';
  /** Settled per second, all streams. */
  perSecond: number | null;
  lag: number | null;
  lagMs: number;
  pending: number;
}

/** A worker of a group, over all the streams that it reads. */
export interface ConsumerNode extends Node {
  kind: 'consumer';
  group: string;
  state: ConsumerState;
  pending: number;
  /** Since it was last seen on any of its streams. */
  idleMs: number;
}

/** The dead letters of one stream; there only when there are some, or some are on their way back. */
export interface DeadLettersNode extends Node {
  kind: 'dead-letters';
  stream: string;
  count: number;
}

/**
 * How a worker is: `reading`: its connection is open and asks; `stalled`: the connection is open, but nothing was heard
 * of it for long; `gone`: its connection is closed (what it held is taken over by the others); `unknown`: it is none of
 * the library's workers, or this Redis user may not see connections, so that only `idleMs` tells; `waiting`: it is no
 * worker, but holds events that wait for a worker that handles what its name says.
 */
export type ConsumerState = 'reading' | 'stalled' | 'gone' | 'waiting' | 'unknown';

export interface TopologyEdge {
  id: string;
  /** Ids of nodes. */
  from: string;
  to: string;
  /**
   * `publishes`: producer → stream. `reads`: stream → group. `works`: group → consumer. `gives-up`: group → dead letters, of groups that gave one of the newest up.
   * `retries`: dead letters → group, while replays of them wait to be handled.
   */
  kind: 'publishes' | 'reads' | 'works' | 'gives-up' | 'retries';
  perSecond: number | null;
  /** Of `reads`: not delivered yet; of the others 0. */
  lag: number | null;
  lagMs: number;
  /** Of `reads` and `works`: delivered, not settled. Of `retries`: how many wait. */
  pending: number;
  health: Health;
}

/** Percentiles of durations, in milliseconds. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  /** How many durations they were taken from. */
  count: number;
}

/** How long answers take. */
export interface AnswerLatency extends Percentiles {
  /** Event types: `order_placed` → `payment_processed`. */
  cause: string;
  answer: string;
}

/** One second of the charts. */
export interface SeriesPoint {
  atMs: number;
  /** Events per second, by stream. Null where it is not known. */
  published: Record<string, number | null>;
  /** Settled events per second, by group. */
  handled: Record<string, number | null>;
  /** By group: undelivered events, and how long the oldest of them waits. */
  lag: Record<string, number | null>;
  lagMs: Record<string, number>;
  /** By group: delivered and not settled. */
  pending: Record<string, number>;
  deadLetters: number;
  /** From a cause to its answer, sampled in this second; null when there was none. */
  answerMs: Percentiles | null;
  /** From the first event of a correlation id to the last, of those that have had no further one for five seconds. */
  journeyMs: Percentiles | null;
}

/**
 * `GET /api/series`: what was seen while the console was open, oldest first, at most the last 15 minutes, a point for
 * each second. There are gaps where nobody had it open. Asks Redis nothing; works while it is away.
 */
export interface Series {
  everyMs: number;
  points: SeriesPoint[];
}
