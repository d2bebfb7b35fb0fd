import type { ConsumerRow, GroupRow, MonitoredEntry, ReaderConnection } from 'nestjs-event-streams';
import type { Meter } from './meter.js';

/** A group on one stream, as it was seen last. */
export interface SeenGroup extends GroupRow {
  lagMs: number;
  meter: Meter;
  consumerRows: ConsumerRow[] | undefined;
  /** When its consumers were asked for, by the server's clock. */
  consumersAtMs: number;
  /** The lowest pending id; null when none is pending, undefined when it was not asked for. */
  oldestPendingId: string | null | undefined;
  replays: number;
}

/** Who publishes on a stream: the share of its sampled entries, and when one was seen last. */
export interface SeenProducer {
  share: number;
  seenMs: number;
}

/** A stream as it was seen last. */
export interface SeenStream {
  name: string;
  length: number;
  entriesAdded: number;
  meter: Meter;
  first: MonitoredEntry | null;
  last: MonitoredEntry | null;
  deadLetters: number;
  /** Groups that gave the newest of them up; and how many there were when they were looked at. */
  givenUpBy: ReadonlySet<string>;
  givenUpAt: number;
  /** Whether it ever had some: only then there can be replays. */
  hadDeadLetters: boolean;
  groups: Map<string, SeenGroup>;
  producers: Map<string, SeenProducer>;
  /** New entries of the latest look, newest first, and how many more there were. */
  fresh: MonitoredEntry[];
  freshLeftOut: number;
}

/** All that is known at one moment. */
export interface Picture {
  /** By the server's clock. */
  atMs: number;
  streams: ReadonlyMap<string, SeenStream>;
  /** By the consumer's name; null when this Redis user may not see connections. */
  workers: ReadonlyMap<string, ReaderConnection> | null;
  /** When a consumer was found without its connection for the first time. */
  goneSinceMs: ReadonlyMap<string, number>;
}
