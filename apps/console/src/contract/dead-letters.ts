import type { EventView, PayloadText } from './streams.js';

/**
 * `GET /api/dead-letters`: the dead letters of all streams, grouped by cause. The console indexes the newest 100,000 of each stream,
 * or as many as have about 1,000 causes, and reads each one once. One request reads for half a second, newest first: repeat it while
 * `isReading`.
 *
 * Query: `stream`, for one stream only. Errors: 404, 503.
 */
export interface DeadLetterGroups {
  /** How many there are. */
  total: number;
  /** How many of them `causes` and `entries` include: the newest of each stream. */
  lookedAt: number;
  /** How many entries they belong to: each handler that gives up an event writes its own dead letter. */
  entries: number;
  causes: DeadLetterCause[];
  /** Whether all of them were read. */
  isComplete: boolean;
  /** Not all were read yet; the next request continues. */
  isReading: boolean;
}

/** Dead letters that failed in the same way. */
export interface DeadLetterCause {
  /** Opaque, the same for the same cause: for paths, lists and links. */
  id: string;
  stream: string;
  group: string;
  /** `-` for entries that reached no handler. */
  handler: string;
  reason: DeadLetterReasonName;
  errorName: string;
  /** Ids, numbers, indices and quoted texts of the messages replaced by `…`, and each problem that they list once. */
  errorPattern: string;
  count: number;
  /** The first 20 by name. */
  eventTypes: string[];
  /** When the first and the last of them failed for the last time. */
  firstMs: number;
  lastMs: number;
  /** The newest of them, as an example and for `upTo` of a selection. */
  sample: { id: string; entryId: string };
}

/** The reasons: see the library's README. Dead letters that something other than the library wrote can have other values. */
export type DeadLetterReasonName =
  'undecodable' | 'unknown' | 'invalid' | 'unrecoverable' | 'exhausted' | 'crashed' | 'parked';

/**
 * `GET /api/dead-letters/causes/:causeId`: its dead letters, newest first.
 * Query: `cursor` of the previous page, `count` (1 to 200, default 50; a page with very large ones is shorter). Errors: 400, 404, 503.
 */
export interface DeadLetterPage {
  cause: DeadLetterCause;
  deadLetters: DeadLetterView[];
  next: string | null;
}

/** `GET /api/dead-letters/:stream/:id`: one of them. Errors: 404 (replayed or discarded meanwhile), 503. */
export interface DeadLetterView {
  stream: string;
  /** Its id among the dead letters of the stream. */
  id: string;
  entryId: string;
  group: string;
  handler: string;
  reason: DeadLetterReasonName;
  attempts: number;
  errorName: string;
  errorMessage: string;
  errorStack: string;
  firstFailedMs: number;
  lastFailedMs: number;
  /** How often it was replayed before. */
  replays: number;
  partitionKey: string | null;
  /** Null when it cannot be decoded (it can be replayed as it is, but not edited), and when `isCut`. */
  event: EventView | null;
  /**
   * It is too large to be shown whole, as with entries; in a list, that is more than 64 kB. It can be discarded, and replayed unless it has
   * too many fields.
   */
  isCut: boolean;
  /** How many fields the entry has; in a list, a minimum if it is cut and has thousands. */
  fieldCount: number;
  /** Bytes of the whole dead letter, about. */
  size: number;
  /** The event's type; null when it cannot be decoded. */
  type: string | null;
  /** Null when it cannot be decoded, and when `isCut`. */
  payload: PayloadText | null;
  /** Bytes that are not UTF-8 as `\\xff`. */
  fields: [name: string, value: string][];
}

/** Selects dead letters: some of one stream, or all of a cause. */
export type DeadLetterSelection =
  | { stream: string; ids: string[] }
  /** `upTo`: the newest id that was shown. Later ones are not selected, so that an action applies only to what the user has seen. */
  | { causeId: string; upTo?: string };

/**
 * `POST /api/dead-letters/preview`: describes what an action will do, without doing it. It is a POST because of its
 * body; it needs the token, but is allowed if the console is read-only.
 */
export interface DeadLetterActionRequest {
  action: 'replay' | 'discard';
  /** At most 1,000 ids. */
  selection: DeadLetterSelection;
  /** With `replay` of a single one: a payload to use instead of the original one. */
  data?: Record<string, unknown>;
  /** The payload as JSON text, instead of `data`: numbers keep every digit. */
  json?: string;
  /** For the history, at most 500 characters each. If users log in, their names are used instead of `by`. */
  by?: string;
  why?: string;
}

export interface DeadLetterPreview {
  action: 'replay' | 'discard';
  /** How many dead letters it applies to. */
  count: number;
  /** How many of the selection no longer exist. */
  gone: number;
  /** How many will be skipped: they are parked behind another one of their key, or have too many fields to be replayed. */
  left: number;
  /** How many more are selected than one request handles (10,000, the oldest events first): repeat the request for them. */
  beyond: number;
  /** The effects, one sentence each, for people. */
  effects: string[];
  /** The groups and handlers that will receive the events again. */
  receivers: { group: string; handler: string; count: number; consumersReading: number | null }[];
  /** The payload before and after an edit: as JavaScript parses it, and as text. */
  edited: {
    before: Record<string, unknown> | null;
    after: Record<string, unknown>;
    beforeText: PayloadText | null;
    afterText: PayloadText;
  } | null;
}

/**
 * `POST /api/dead-letters/act`: runs the action. Body: `DeadLetterActionRequest`.
 * Errors: 400 (also a payload that cannot be carried), 403 (read-only), 404, 409 `gone` or `parked` (only for a single
 * one; of several, those are counted as `left`), 503 (part of the action may have run: load the list again).
 */
export interface DeadLetterActionResult {
  /** How many were discarded, or delivered to their groups again. For the result of a replay see `became` of the history. */
  done: number;
  left: number;
  /** As in the preview. */
  beyond: number;
  /** For a single replay: the id of the entry in the group's replays. */
  replayId: string | null;
}

/** `GET /api/dead-letters/history?stream=…&count=…`: what was replayed and discarded, latest first. Errors: 404, 503. */
export interface DeadLetterHistory {
  actions: {
    stream: string;
    id: string;
    action: 'replayed' | 'discarded';
    deadLetter: string;
    entryId: string;
    group: string;
    handler: string;
    edited: boolean;
    by: string;
    why: string;
    /** Whether `by` was logged in; otherwise it is the name that the caller gave. */
    isVerified: boolean;
    atMs: number;
    /**
     * The current state of a replayed one: `replaying` until it is settled, `dead-letter` if it failed again, `settled` otherwise, `unknown`
     * if there are more dead letters than the console has read. Null for a discarded one.
     */
    became: 'replaying' | 'dead-letter' | 'settled' | 'unknown' | null;
  }[];
}
