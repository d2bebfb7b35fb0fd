import type { ConsumerRow, GroupRow } from 'nestjs-event-streams';
import type { ReaderConnection } from 'nestjs-event-streams/internal';
import type { ReadPace } from 'nestjs-event-streams/internal';
import type { EntrySummary } from '../contract/streams.js';
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
  first: EntrySummary | null;
  last: EntrySummary | null;
  deadLetters: number;
  /** Groups that gave them up; and how many there were when they were looked at. */
  givenUpBy: ReadonlySet<string>;
  givenUpAt: number;
  /** How many entries they are of; null as long as not all of them were looked at. */
  givenUpEntries: number | null;
  /** Whether it ever had some: only then there can be replays. */
  hadDeadLetters: boolean;
  groups: Map<string, SeenGroup>;
  producers: Map<string, SeenProducer>;
  /** New entries that nobody has taken yet, newest first, and how many more there were: whoever looks finds them for the feed. */
  fresh: EntrySummary[];
  freshLeftOut: number;
  /** How many new entries the next look asks for. */
  pace: ReadPace;
}

/** What was appended to a stream. */
export interface FreshEntries {
  name: string;
  /** Newest first. */
  entries: EntrySummary[];
  /** How many more there were. */
  leftOut: number;
}

/** All that is known at one moment. */
export interface Picture {
  /** By the server's clock. */
  atMs: number;
  /** How many partitions each stream has; what is told of a stream is of all together. */
  partitions: number;
  streams: ReadonlyMap<string, SeenStream>;
  /** By the consumer's name; null when this Redis user may not see connections. */
  workers: ReadonlyMap<string, ReaderConnection> | null;
  /** Since when a consumer is without its connection, as far as that is known. */
  goneSinceMs: ReadonlyMap<string, number>;
}
