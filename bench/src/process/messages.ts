import type { EventCounts } from '../contestants/contestant.js';

/** What the parent says to a process of a contestant, each message with its content. */
export interface ParentMessages {
  /** Begin what is measured. */
  go: undefined;
  /** Begin to publish by the schedule that starts then, on the machine's clock. */
  pace: { readonly startAt: number };
  /** Stop waiting. */
  stop: undefined;
  /** All is handled: wait until all is acknowledged, and send the account. */
  finish: undefined;
  /** Look what Redis has. */
  check: undefined;
  /** Close, and end. */
  leave: undefined;
}

/** What a process of a contestant says to its parent, each message with its content. */
export interface ChildMessages {
  ready: undefined;
  /** The warm-up was published. */
  warm: undefined;
  /** The consumer reads, or the workers wait. */
  open: undefined;
  /** How many events were handled so far. */
  progress: { readonly count: number };
  /** What was measured is over. */
  spent: Spent;
  /** All is published. */
  done: undefined;
  checked: { readonly stored: EventCounts };
  account: Account;
}

/** What a process has used from the beginning to the end of a measurement. */
export interface Spent {
  readonly ms: number;
  readonly cpuUs: number;
  readonly commands: number;
}

/** How far a consumer was at one time. */
export interface Mark {
  /** Events handled. */
  readonly count: number;
  /** Milliseconds on the machine's clock. */
  readonly at: number;
  /** Microseconds of CPU. */
  readonly cpu: number;
  /** Commands sent. */
  readonly commands: number;
}

/** What a process holds after so many events, in bytes. */
export interface MemorySample {
  readonly count: number;
  /** What survives a garbage collection. */
  readonly heap: number;
  readonly rss: number;
}

/** What a consumer has done. */
export interface Account {
  /** How often each event was handled, by its number. */
  readonly times: Uint8Array;
  /** When each event was handled last, by its number; milliseconds on the machine's clock. */
  readonly arrivals: Float64Array;
  readonly marks: readonly Mark[];
  readonly settled: EventCounts;
  /** Empty unless memory was watched. */
  readonly memory: readonly MemorySample[];
}
