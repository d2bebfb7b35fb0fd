import type { ConsumerState } from './overview.js';

/** `GET /api/streams`: all streams of the prefix, by name. Errors: 503. */
export interface StreamList {
  streams: StreamSummary[];
  /** False during the first search for streams in a large Redis: request it again, or wait for the live feed. */
  complete: boolean;
}

export interface StreamSummary {
  name: string;
  /** In Redis. */
  key: string;
  length: number;
  /** The number of entries that were ever appended. */
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
  /** Null if Redis does not know it, which is not the same as 0. */
  lag: number | null;
  lagMs: number;
  /** Settled per second; null in the first answer. */
  perSecond: number | null;
  /** The oldest pending entry's age; null if there is none or it was not read (only `GET …/:stream` reads it). */
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
  /** Since its last command on this stream. */
  idleMs: number;
  lastSeenMs: number;
  /** The worker's `source`; null if its connection does not say. */
  source: string | null;
}

/**
 * An entry for lists. Ids and names longer than 1,024 characters are cut and end with `…`; `GET …/entries/:id` has them
 * whole. Of an entry larger than 32 kB only the beginning is read, so invalid JSON later in the payload is not noticed.
 */
export interface EntrySummary {
  stream: string;
  id: string;
  /** When it was appended. */
  atMs: number;
  /** False if it is not an event (a field is missing, or `data` is not a JSON object); then everything except `preview` is null. */
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
 * Searches the stream backwards, within the time range. Stops when `count` are found, at the end of the stream or the range, or after a
 * second; a page with very large entries is shorter. Continue with `next`; a client should do so by itself until something is found.
 * `scan` says how far the search came; the whole is `length` of the stream, or the time since its `first` entry.
 *
 * Errors: 400, 404 (no such stream), 503.
 */
export interface EntriesQuery {
  /** The exact partition key. */
  key?: string;
  /** The exact event type. */
  type?: string;
  /** Entry id (`1795452268988-0`, answered at once) or event id. */
  id?: string;
  /** The exact correlation id. */
  correlation?: string;
  /** The exact `source`. */
  source?: string;
  /**
   * Text anywhere in the payload's JSON, ignoring case. Of an entry larger than 8 MiB, only the beginnings of its values are searched.
   */
  text?: string;
  /** Milliseconds since 1970, both included. */
  from?: number;
  to?: number;
  /** 1 to 200; default 50. */
  count?: number;
  /** The `next` of the previous page. */
  cursor?: string;
}

export interface EntriesPage {
  entries: EntrySummary[];
  /** The cursor for older ones; null at the beginning of the stream, or of the time range. */
  next: string | null;
  scan: Scan;
}

/** How far a search came. */
export interface Scan {
  /** The number of entries that this request read. */
  scanned: number;
  /** The oldest time that was reached; everything newer in the range was searched. Null if there were no entries. */
  reachedMs: number | null;
  /** Whether the end of the stream, or of the range, was reached: the search is complete. */
  complete: boolean;
}

/**
 * `GET /api/streams/:stream/entries/:id`: one whole entry, and its state in each group. Errors: 400, 404, 503.
 */
export interface EntryDetail extends EntrySummary {
  /** The decoded envelope; null if it is not an event, and if `isCut`. */
  event: EventView | null;
  /**
   * It is too large to be shown whole: it has more than 2 million characters or 500 fields, or its payload more than 1,000
   * levels or 200,000 values. `fields` has only the beginnings of the first values; `size` and `fieldCount` give its size.
   */
  isCut: boolean;
  /** How many fields it has; if `isCut`, `fields` has at most the first 500. */
  fieldCount: number;
  /** Null if it is not an event, and if `isCut`. */
  payload: PayloadText | null;
  /** Why it is not an event. */
  problem: string | null;
  /** The entry's fields as they are, in their order, bytes that are not UTF-8 as `\\xff`; where `isCut`, at most 65,536 characters of each. */
  fields: [name: string, value: string][];
  deliveries: DeliveryView[];
}

/** A payload as text: JavaScript cannot represent every number of JSON. */
export interface PayloadText {
  /** JSON, a value on each line; numbers and strings as they are in the entry. */
  json: string;
  /** Numbers that lose precision when parsed, such as `account: 73314510714175488123 is read as 73314510714175490000`. */
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
  /** As JavaScript parses it; `payload` of the entry or dead letter has the text. */
  data: Record<string, unknown>;
}

/** The state of an entry in one group. */
export interface DeliveryView {
  group: string;
  /**
   * `waiting`: not delivered yet. `pending`: delivered, not settled. `dead-lettered`: given up, and its dead letter is
   * still there. `replaying`: replayed, and not settled since. `settled`: nothing is left to do (handled, ignored or
   * discarded; Redis does not record which, nor when). `unknown`: it cannot be told, as there are more dead letters than
   * the console has looked at, or the streams have partitions.
   */
  state: 'waiting' | 'pending' | 'dead-lettered' | 'replaying' | 'settled' | 'unknown';
  /** For `pending`: the consumer that holds it. */
  consumer: string | null;
  /** For `pending`: since it was delivered or its claim was renewed. */
  idleMs: number | null;
  /** For `pending`: how often it was delivered. */
  deliveries: number | null;
  /** Failed attempts, by handler; empty if none failed, or if they are no longer known (settled). */
  attempts: HandlerAttempts[];
  /** For `dead-lettered`: the dead letter; the newest one if there are several handlers. */
  deadLetterId: string | null;
  /** For `dead-lettered`: when the last attempt failed. */
  givenUpMs: number | null;
}

export interface HandlerAttempts {
  handler: string;
  /** This handler has succeeded, others of the same event have not. */
  isDone: boolean;
  failures: number;
  /** When the first attempt failed; null if none did. */
  firstFailureMs: number | null;
  /** How often a worker stopped during an attempt. */
  crashes: number;
}
