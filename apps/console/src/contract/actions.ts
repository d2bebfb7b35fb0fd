/**
 * `GET /api/actions`: the changes made by this console, latest first: who did what, when, why, and with which outcome. An action is logged
 * before it runs, and does not run if it cannot be logged.
 *
 * Query: `cursor` of the previous page, `count` (1 to 200, default 50). Errors: 400, 503.
 * `GET /api/actions/export?format=csv` (or `jsonl`): all of them as a file; of JSON lines each is an `ActionEntry`.
 */
export interface ActionPage {
  actions: ActionEntry[];
  next: string | null;
}

/** A change. */
export interface ActionEntry {
  /** Its id in the log. */
  id: string;
  /** When it began. */
  atMs: number;
  action: ActionName;
  /** What it changed: a stream, or a service of the shop. */
  target: string;
  /** The ids of what it changed, such as dead letters; at most the first 1,000. */
  ids: string[];
  /** The number of all ids. */
  count: number;
  /** Further parameters, such as a rate; never the payload of an event or data of a customer. */
  details: string;
  /** The reason that the user gave; may be empty. */
  why: string;
  /** The user who was logged in; otherwise the name that the caller gave, which may be empty. */
  by: string;
  /** Whether `by` was logged in. */
  isVerified: boolean;
  role: 'viewer' | 'operator';
  /** The address of the request; for IPv6, its network (/64). */
  address: string;
  /** Null while it runs, and if the console stopped or lost Redis before it could log the outcome. */
  outcome: 'done' | 'failed' | null;
  /** What was done or why it failed, in words. */
  result: string;
}

/** The kinds of action. Entries that something other than a console wrote can have other values. */
export type ActionName =
  'replay' | 'edit-and-replay' | 'discard' | 'place-order' | 'start-simulation' | 'stop-simulation' | 'set-gateway';
