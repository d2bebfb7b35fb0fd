import type { ConsumerState } from './overview.js';

/** `GET /api/streams`: all streams of the prefix, by name. Errors: 503. */
export interface StreamList {
  streams: StreamSummary[];
  /** False while the first search for streams in a large Redis goes on: ask again, or wait for the live feed. */
  complete: boolean;
}

export interface StreamSummary {
  name: string;
  /** In Redis. */
  key: string;
  length: number;
  /** Entries that were ever appended. */
  entriesAdded: number;
  perSecond: number | null;
  first: EntrySummary | null;
  last: EntrySummary | null;
  deadLetters: number;
  groups: GroupSummary[];
}

/** A group's position on one stream. */
export interface GroupSummary {
  name: string;
  consumers: number;
  pending: number;
  lastDeliveredId: string;
  /** Null when Redis does not know, which is not 0. */
  lag: number | null;
  lagMs: number;
  /** Settled per second; null at the first look. */
  perSecond: number | null;
  /** The oldest pending entry's age; null when there is none or it was not asked for (only `GET …/:stream` asks). */
  oldestPendingMs: number | null;
}

/** `GET /api/streams/:stream`: one stream with its groups and their consumers. Errors: 404, 503. */
export interface StreamDetail extends StreamSummary {
  groupDetails: (GroupSummary & { consumerDetails: ConsumerDetail[] })[];
}

export interface ConsumerDetail {
  name: string;
  state: ConsumerState;
  pending: number;
  /** Since it last asked for anything on this stream. */
  idleMs: number;
  lastSeenMs: number;
  /** The worker's `source`; null where its connection does not tell. */
  source: string | null;
}

/**
 * An entry for lists. Ids and names longer than 1,024 characters are cut, and end with `…` then; `GET …/entries/:id` has it
 * whole. Of an entry larger than 32 kB only the beginning is read, so that a payload that is no JSON further on counts as one.
 */
export interface EntrySummary {
  stream: string;
  id: string;
  /** When it was appended. */
  atMs: number;
  /** False: it is no event (a field is missing, or `data` is no JSON object); then all but `preview` is null. */
  isEvent: boolean;
  eventId: string | null;
  type: string | null;
  version: string | null;
  source: string | null;
  partitionKey: string | null;
  correlationId: string | null;
  causationId: string | null;
  /** The payload's JSON, or the entry's fields, at most 200 characters: one that ends with `…` is shortened. */
  preview: string;
  /** Bytes of the whole entry, about. */
  size: number;
}

/**
 * `GET /api/streams/:stream/entries`: entries newest first.
 *
 * It looks through the stream backwards, within the time range, and stops when `count` are found, when the stream or the range
 * ends, or after a second: very large entries make a page shorter, and a search goes on by `next`. That is meant to be done
 * without being asked, until something is found. `scan` says how far it came; how
 * much there is in all is `length` of the stream, or the time from its `first` entry on.
 *
 * Errors: 400, 404 (no such stream), 503.
 */
export interface EntriesQuery {
  /** Partition key, whole. */
  key?: string;
  /** Event type, whole. */
  type?: string;
  /** Entry id (`1795452268988-0`, answered at once) or event id. */
  id?: string;
  /** Correlation id, whole. */
  correlation?: string;
  /** `source`, whole. */
  source?: string;
  /**
   * Text anywhere in the payload's JSON; upper and lower case are the same. Of an entry larger than 8 MiB the beginnings of its
   * values are looked through.
   */
  text?: string;
  /** Milliseconds since 1970, both included. */
  from?: number;
  to?: number;
  /** 1 to 200; default 50. */
  count?: number;
  /** What the page before gave as `next`. */
  cursor?: string;
}

export interface EntriesPage {
  entries: EntrySummary[];
  /** For older ones; null at the beginning of the stream, or of the time range. */
  next: string | null;
  scan: Scan;
}

/** How far a search came. */
export interface Scan {
  /** Entries that were looked at in this request. */
  scanned: number;
  /** The oldest moment that was looked at; everything newer (and in the range) was seen. Null: nothing was there. */
  reachedMs: number | null;
  /** Whether the end of the stream, or of the range, was reached: nothing is left to find. */
  complete: boolean;
}

/**
 * `GET /api/streams/:stream/entries/:id`: one entry whole, and what became of it. Errors: 400, 404, 503.
 */
export interface EntryDetail extends EntrySummary {
  /** The envelope as it was decoded; null when it is no event, and when `isCut`. */
  event: EventView | null;
  /**
   * It is too much to be shown whole: it has more than 2 million characters or 500 fields, or its payload more than 1,000
   * levels or 200,000 values. `fields` has the beginnings of the first values alone; `size` and `fieldCount` say what it is.
   */
  isCut: boolean;
  /** How many fields it has: where `isCut`, `fields` has the first 500 at most. */
  fieldCount: number;
  /** Null when it is no event, and when `isCut`. */
  payload: PayloadText | null;
  /** Why it is no event. */
  problem: string | null;
  /** The entry's fields as they are, in their order, bytes that are not UTF-8 as `\\xff`; where `isCut`, at most 65,536 characters of each. */
  fields: [name: string, value: string][];
  deliveries: DeliveryView[];
}

/** A payload as it is written in the entry: JavaScript's numbers do not hold all that JSON's can say. */
export interface PayloadText {
  /** JSON, a value on each line; numbers and strings as they are in the entry. */
  json: string;
  /** What does not survive parsing, such as `account: 73314510714175488123 is read as 73314510714175490000`. */
  losses: string[];
}

/** The envelope without its payload, with the names that it has in the entry. */
export interface EventHead {
  event_id: string;
  event_type: string;
  timestamp: string;
  version: string;
  source: string;
  correlation_id?: string;
  causation_id?: string;
  partition_key?: string;
  traceparent?: string;
  tracestate?: string;
  extra?: Readonly<Record<string, string>>;
}

/** The envelope. */
export interface EventView extends EventHead {
  /** As JavaScript reads it; `payload` of the entry or dead letter has it as it is written. */
  data: Record<string, unknown>;
}

/** What became of an entry with one group. */
export interface DeliveryView {
  group: string;
  /**
   * `waiting`: not delivered yet. `pending`: delivered, not settled. `dead-lettered`: given up, and its dead letter is
   * still there. `replaying`: replayed, and not settled since. `settled`: nothing is left to do (handled, ignored or
   * discarded; Redis does not record which, nor when). `unknown`: it cannot be told, as there are more dead letters than
   * the console has looked at, or the streams have partitions.
   */
  state: 'waiting' | 'pending' | 'dead-lettered' | 'replaying' | 'settled' | 'unknown';
  /** Of `pending`: who holds it. */
  consumer: string | null;
  /** Of `pending`: since it was delivered or its claim renewed. */
  idleMs: number | null;
  /** Of `pending`: how often it was delivered. */
  deliveries: number | null;
  /** Failed attempts, by handler; empty when none failed or it is not known any more (settled). */
  attempts: HandlerAttempts[];
  /** Of `dead-lettered`: to find it (of several handlers, the newest). */
  deadLetterId: string | null;
  /** Of `dead-lettered`: when the last attempt failed, and so how far a bar goes. */
  givenUpMs: number | null;
}

export interface HandlerAttempts {
  handler: string;
  /** This handler has succeeded, others of the same event have not. */
  isDone: boolean;
  failures: number;
  /** When the first one failed; null when none did. */
  firstFailureMs: number | null;
  /** Workers that ended in the middle of it. */
  crashes: number;
}
