/**
 * `GET /api/actions`: what was changed by this console, latest first: who did what to which things, when, why, and how it came
 * out. An action is written down before it is done, and is not done when it cannot be.
 *
 * Query: `cursor` of the page before, `count` (1 to 200, default 50). Errors: 400, 503.
 * `GET /api/actions/export?format=csv` (or `jsonl`): all of them as a file; of JSON lines each is an `ActionEntry`.
 */
export interface ActionPage {
  actions: ActionEntry[];
  next: string | null;
}

/** Something that was changed. */
export interface ActionEntry {
  /** Its id in the log. */
  id: string;
  /** When it began. */
  atMs: number;
  action: ActionName;
  /** Of what: a stream, or a service of the shop. */
  target: string;
  /** The ids that it was about, such as those of dead letters; of thousands the first 1,000. */
  ids: string[];
  /** How many there were. */
  count: number;
  /** What else it was asked to do, such as a rate; never the payload of an event, nor anything about a customer. */
  details: string;
  /** Why, in the words of who did it; may be empty. */
  why: string;
  /** Who: the user who was logged in, else whoever the caller said that it was, which may be empty. */
  by: string;
  /** Whether `by` has logged in. */
  isVerified: boolean;
  role: 'viewer' | 'operator';
  /** Where the request came from; of IPv6 the network (/64). */
  address: string;
  /** Null while it is being done, and where the console has ended, or lost Redis, before it could write that down. */
  outcome: 'done' | 'failed' | null;
  /** In words, what was done or why it failed. */
  result: string;
}

/** What can be done. What others than a console wrote there can have any. */
export type ActionName =
  'replay' | 'edit-and-replay' | 'discard' | 'place-order' | 'start-simulation' | 'stop-simulation' | 'set-gateway';
