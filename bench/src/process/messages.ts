import type { EventCounts } from '../contestants/contestant.js';

/** The messages of the parent to a process of a contestant, with their contents. */
export interface ParentMessages {
  /** Begin the measurement. */
  go: undefined;
  /** Publish by the schedule that begins at `startAt`, on the machine's clock. */
  schedule: { readonly startAt: number };
  /** End the measurement of idle workers. */
  stop: undefined;
  /** All events are handled: wait until all are acknowledged, and send the report. */
  finish: undefined;
  /** Count the events in Redis. */
  check: undefined;
  /** Close everything and exit. */
  exit: undefined;
}

/** The messages of a process of a contestant to its parent, with their contents. */
export interface ChildMessages {
  ready: undefined;
  /** The warm-up was published. */
  warm: undefined;
  /** The consumer or the idle workers are open. */
  open: undefined;
  /** The number of events handled so far. */
  progress: { readonly count: number };
  /** The measurement has ended. */
  usage: ResourceUsage;
  /** All events are published. */
  done: undefined;
  checked: { readonly stored: EventCounts };
  report: ConsumerReport;
}

/** The resources that a process has used during a measurement. */
export interface ResourceUsage {
  readonly ms: number;
  readonly cpuUs: number;
  readonly commands: number;
}

/** The counters of a consumer at one time. */
export interface Mark {
  /** Handled events. */
  readonly count: number;
  /** Milliseconds on the machine's clock. */
  readonly at: number;
  /** Microseconds of CPU time. */
  readonly cpu: number;
  /** Commands sent. */
  readonly commands: number;
}

/** The memory of a process after so many events, in bytes. */
export interface MemorySample {
  readonly count: number;
  /** Heap in use after a garbage collection. */
  readonly heap: number;
  readonly rss: number;
}

/** The report of a consumer. */
export interface ConsumerReport {
  /** By the number of each event, how often it was handled. */
  readonly times: Uint8Array;
  /** By the number of each event, when it was last handled; milliseconds on the machine's clock. */
  readonly arrivals: Float64Array;
  readonly marks: readonly Mark[];
  readonly settled: EventCounts;
  /** Empty unless memory was measured. */
  readonly memory: readonly MemorySample[];
}
