import type { EventView } from './streams.js';

/**
 * `GET /api/dead-letters`: the dead letters of all streams, grouped by cause. It looks at the oldest 10,000 of each
 * stream; `isComplete` false says that there are more.
 *
 * Query: `stream`, to look at one stream only. Errors: 404, 503.
 */
export interface DeadLetterGroups {
  total: number;
  causes: DeadLetterCause[];
  isComplete: boolean;
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
  /** Ids, numbers and quoted texts of the messages replaced by `…`. */
  errorPattern: string;
  count: number;
  eventTypes: string[];
  /** When the first and the last of them failed for the last time. */
  firstMs: number;
  lastMs: number;
  /** The newest of them. */
  sample: DeadLetterView;
}

/** Why: see the library's README. */
export type DeadLetterReasonName =
  'undecodable' | 'unknown' | 'invalid' | 'unrecoverable' | 'exhausted' | 'crashed' | 'parked';

/**
 * `GET /api/dead-letters/causes/:causeId`: its dead letters, oldest first.
 * Query: `cursor` of the page before, `count` (1 to 200, default 50). Errors: 400, 404, 503.
 */
export interface DeadLetterPage {
  cause: DeadLetterCause;
  letters: DeadLetterView[];
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
  key: string | null;
  /** Null when it cannot be decoded: it can be replayed as it is, but not edited. */
  event: EventView | null;
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
  /** For the history. At most 500 characters each. */
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
  /** One sentence for each thing that will happen, or that one should know, for people. */
  effects: string[];
  /** By group and handler: who will get them again. */
  receivers: { group: string; handler: string; count: number; consumersReading: number | null }[];
  /** Whether `data` is not what the original was: shown before and after. */
  edited: { before: Record<string, unknown> | null; after: Record<string, unknown> } | null;
}

/**
 * `POST /api/dead-letters/act`: does it. Body: `DeadLetterActionRequest`.
 * Errors: 400 (also a payload that cannot be carried), 403 (read-only), 404, 409 `gone` or `parked` (only for a single
 * one; of several, those are counted as `left`), 503 (some may have been done: look again).
 */
export interface DeadLetterActionResult {
  done: number;
  left: number;
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
    atMs: number;
  }[];
}
