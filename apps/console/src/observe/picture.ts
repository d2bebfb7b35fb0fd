import type { ConsumerRow, GroupRow } from 'nestjs-event-streams';
import type { ReaderConnection } from 'nestjs-event-streams/internal';
import type { ReadPace } from 'nestjs-event-streams/internal';
import type { EntrySummary } from '../contract/streams.js';
import type { Meter } from './meter.js';

/** The last known state of a group on one stream. */
export interface SeenGroup extends GroupRow {
  lagMs: number;
  meter: Meter;
  consumerRows: ConsumerRow[] | undefined;
  /** When its consumers were read, by the server's clock. */
  consumersAtMs: number;
  /** The lowest pending id; null if nothing is pending, undefined if it was not read. */
  oldestPendingId: string | null | undefined;
  replays: number;
}

/** A producer of a stream: its share of the sampled entries, and the time of its last one. */
export interface SeenProducer {
  share: number;
  seenMs: number;
}

/** The last known state of a stream. */
export interface SeenStream {
  name: string;
  length: number;
  entriesAdded: number;
  meter: Meter;
  first: EntrySummary | null;
  last: EntrySummary | null;
  deadLetters: number;
  /** The groups that gave them up, and the number of dead letters when this was read. */
  givenUpBy: ReadonlySet<string>;
  givenUpAt: number;
  /** How many entries they belong to; null until all of them were read. */
  givenUpEntries: number | null;
  /** Whether it ever had dead letters: only then can there be replays. */
  hadDeadLetters: boolean;
  groups: Map<string, SeenGroup>;
  producers: Map<string, SeenProducer>;
  /** New entries that the feed has not taken yet, newest first, and how many more there were. */
  fresh: EntrySummary[];
  freshLeftOut: number;
  /** How many new entries the next look reads. */
  pace: ReadPace;
}

/** The entries that were appended to a stream. */
export interface FreshEntries {
  name: string;
  /** Newest first. */
  entries: EntrySummary[];
  /** How many more there were. */
  leftOut: number;
}

/** Everything that is known at one moment. */
export interface Picture {
  /** By the server's clock. */
  atMs: number;
  /** How many partitions each stream has. The state of a stream covers all of them. */
  partitions: number;
  streams: ReadonlyMap<string, SeenStream>;
  /** By the consumer's name; null if the Redis user may not list connections. */
  workers: ReadonlyMap<string, ReaderConnection> | null;
  /** Since when a consumer has no connection, if known. */
  goneSinceMs: ReadonlyMap<string, number>;
}
