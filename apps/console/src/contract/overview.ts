import type { Health } from './http.js';
import type { RedisState } from './session.js';

/**
 * `GET /api/overview`: everything at one moment. The live feed sends the same each second, so this is only for
 * programs and for pages without the feed. Rates are null in the first answer.
 *
 * Errors: 503 Redis is unavailable.
 */
export interface Overview {
  atMs: number;
  redis: RedisState;
  /** The highest severity of the findings. */
  health: Health;
  /** The problems, worst first; empty if there are none. */
  findings: Finding[];
  totals: Totals;
  topology: Topology;
  /** The newest point of the series. */
  point: SeriesPoint;
  /** The time from an event to its answer, by event types; sampled in the last half minute. */
  answers: AnswerLatency[];
}

/** The totals over all streams. */
export interface Totals {
  publishedPerSecond: number | null;
  handledPerSecond: number | null;
  /** Entries that were not delivered yet, of all groups; null if Redis does not know it for one of them. */
  lag: number | null;
  /** The longest that an undelivered entry waits. */
  lagMs: number;
  pending: number;
  deadLetters: number;
  consumers: number;
}

/** A problem, in words. */
export interface Finding {
  /** The same while the problem lasts: a key for lists. */
  id: string;
  severity: 'info' | 'warning' | 'critical';
  /** `A consumer of ecommerce_processors is gone` */
  title: string;
  /** One or two sentences of detail. */
  detail: string;
  /** What to do. */
  advice: string;
  /** Since when it has been seen. */
  sinceMs: number;
  /** What it is about; each is null when it is about something else. */
  stream: string | null;
  group: string | null;
  consumer: string | null;
}

/** The graph of producers, streams, groups and workers. */
export interface Topology {
  nodes: TopologyNode[];
  edges: TopologyEdge[];
}

export type TopologyNode = ProducerNode | StreamNode | GroupNode | ConsumerNode | DeadLettersNode;

interface Node {
  /** `stream:orders`, `group:payment_service`, … : unique and stable. */
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

/** The dead letters of one stream; present only if there are some, or if some are being replayed. */
export interface DeadLettersNode extends Node {
  kind: 'dead-letters';
  stream: string;
  count: number;
}

/**
 * The state of a worker. `reading`: its connection is open and active; `stalled`: its connection is open, but has been silent for long;
 * `gone`: its connection is closed (other workers take over its events); `unknown`: it is not a worker of the library, or the Redis user
 * may not list connections, so only `idleMs` is known; `waiting`: it is not a worker, but holds events that wait for a worker which
 * handles the type in its name.
 */
export type ConsumerState = 'reading' | 'stalled' | 'gone' | 'waiting' | 'unknown';

export interface TopologyEdge {
  id: string;
  /** Ids of nodes. */
  from: string;
  to: string;
  /**
   * `publishes`: producer → stream. `reads`: stream → group. `works`: group → consumer. `gives-up`: group → dead letters, of groups that gave up one of the newest ones.
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

/** The latency of answers. */
export interface AnswerLatency extends Percentiles {
  /** Event types: `order_placed` → `payment_processed`. */
  cause: string;
  answer: string;
}

/** The values of one second of the charts. */
export interface SeriesPoint {
  atMs: number;
  /** Events per second, by stream; null if not known. */
  published: Record<string, number | null>;
  /** Settled events per second, by group. */
  handled: Record<string, number | null>;
  /** By group: undelivered events, and how long the oldest of them has waited. */
  lag: Record<string, number | null>;
  lagMs: Record<string, number>;
  /** By group: delivered and not settled. */
  pending: Record<string, number>;
  deadLetters: number;
  /** From a cause to its answer, sampled in this second; null when there was none. */
  answerMs: Percentiles | null;
  /** From the first event of a correlation id to the last, for correlation ids without a new event for five seconds. */
  journeyMs: Percentiles | null;
}

/**
 * `GET /api/series`: what was measured while a page of the console was open, oldest first, at most the last 15 minutes, one point for
 * each second. There are gaps while no page was open. Does not read Redis, and works while it is unavailable.
 */
export interface Series {
  everyMs: number;
  points: SeriesPoint[];
}
