import type { EventView, PayloadText } from './streams.js';

/**
 * `GET /api/dead-letters`: the dead letters of all streams, grouped by cause. The console keeps account of the newest 100,000
 * of each stream, or of as many as have about 1,000 causes, and reads each of them once; one request reads for half a second, newest first. Ask again while `isReading`.
 *
 * Query: `stream`, to look at one stream only. Errors: 404, 503.
 */
export interface DeadLetterGroups {
  /** How many there are. */
  total: number;
  /** How many of them `causes` and `entries` tell of: the newest of each stream. */
  lookedAt: number;
  /** How many entries they are of: each handler that gives an event up writes a dead letter of its own. */
  entries: number;
  causes: DeadLetterCause[];
  /** Whether all of them were looked at. */
  isComplete: boolean;
  /** Not all were looked at yet, and the next request looks further. */
  isReading: boolean;
}

/** Dead letters that have failed in the same way. */
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
  /** The newest of them, to ask for it, and for `upTo` of a selection. */
  sample: { id: string; entryId: string };
}

/** Why: see the library's README. What others than the library wrote there can have any. */
export type DeadLetterReasonName =
  'undecodable' | 'unknown' | 'invalid' | 'unrecoverable' | 'exhausted' | 'crashed' | 'parked';

/**
 * `GET /api/dead-letters/causes/:causeId`: its dead letters, newest first.
 * Query: `cursor` of the page before, `count` (1 to 200, default 50; very large ones make a page shorter). Errors: 400, 404, 503.
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
   * It is too much to be shown whole, as with entries; on a page of them, one of more than 64 kB is. It can be discarded, and
   * replayed unless it has too many fields for that.
   */
  isCut: boolean;
  /** How many fields the entry has; on a page, of a cut one that has thousands, at least so many. */
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

/** Which dead letters: some of one stream, or all of a cause. */
export type DeadLetterSelection =
  | { stream: string; ids: string[] }
  /** `upTo`: none that failed after this one, so that nothing is done to what nobody has looked at: the newest id shown. */
  | { causeId: string; upTo?: string };

/**
 * `POST /api/dead-letters/preview`: says what an action will do, and does nothing. (A POST for its body's sake; it needs
 * the token, but is allowed when the console is read-only.)
 */
export interface DeadLetterActionRequest {
  action: 'replay' | 'discard';
  /** At most 1,000 ids. */
  selection: DeadLetterSelection;
  /** Of `replay`, for a single one: another payload instead of the original's. */
  data?: Record<string, unknown>;
  /** The same as JSON, instead of `data`: what of it is as it was stays so, digit by digit. */
  json?: string;
  /** For the history. At most 500 characters each. Where users log in, their names count, and not `by`. */
  by?: string;
  why?: string;
}

export interface DeadLetterPreview {
  action: 'replay' | 'discard';
  /** How many dead letters it is about. */
  count: number;
  /** How many of the selection are gone by now. */
  gone: number;
  /** How many will be left as they are: they are parked behind another one of their key, or too wide to be replayed. */
  left: number;
  /** How many more there are of the selection than one request does (10,000, the oldest events first): repeat it for them. */
  beyond: number;
  /** One sentence for each thing that will happen, or that one should know, for people. */
  effects: string[];
  /** By group and handler: who will get them again. */
  receivers: { group: string; handler: string; count: number; consumersReading: number | null }[];
  /** The payload before and after, where there is another one: as JavaScript reads it, and as it is written. */
  edited: {
    before: Record<string, unknown> | null;
    after: Record<string, unknown>;
    beforeText: PayloadText | null;
    afterText: PayloadText;
  } | null;
}

/**
 * `POST /api/dead-letters/act`: does it. Body: `DeadLetterActionRequest`.
 * Errors: 400 (also a payload that cannot be carried), 403 (read-only), 404, 409 `gone` or `parked` (only for a single
 * one; of several, those are counted as `left`), 503 (some may have been done: look again).
 */
export interface DeadLetterActionResult {
  /** Replayed: given to their groups again, which says nothing of what becomes of them; see `became` of the history. */
  done: number;
  left: number;
  /** As in the preview. */
  beyond: number;
  /** Of a single replay: the id of the entry in the group's replays. */
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
    /** Whether `by` had logged in; else it is what the caller said. */
    isVerified: boolean;
    atMs: number;
    /**
     * What became of one that was replayed: `replaying` as long as it is not settled, `dead-letter` when it is one again,
     * `settled` when neither, `unknown` where there are more dead letters than were looked at. Null of a discarded one.
     */
    became: 'replaying' | 'dead-letter' | 'settled' | 'unknown' | null;
  }[];
}
