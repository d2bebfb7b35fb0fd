import type { DeliveryView, EntrySummary, EventHead, Scan } from './streams.js';

/**
 * `GET /api/journeys/:correlationId`: all events of a correlation id, as a timeline.
 *
 * Streams have no index of correlation ids. The console answers at once with the recent events that it knows. Then it searches for a
 * second: around those events, and backwards from `cursor` or the end. An answer has about 500 events at most. If `isComplete` is false,
 * request more with `cursor`; a client should do so by itself while `events` is empty.
 *
 * Query: `near`, a time in milliseconds or an entry id around which to search first (send it if the user comes from an
 * entry); `cursor`, of the previous answer (join the events by `stream` and `id`).
 * Errors: 400, 503. If nothing is found, `events` is empty.
 */
export interface Journey {
  correlationId: string;
  /** In the order of their publishing. */
  events: JourneyEvent[];
  /** From the first event to the last one; 0 for a single one. */
  elapsedMs: number;
  /** The state of all events together: `failed` if there is a dead letter, `open` if a group is not done. */
  state: 'empty' | 'open' | 'failed' | 'settled';
  isComplete: boolean;
  cursor: string | null;
  /** How far each stream was searched. */
  scans: Record<string, Scan>;
  /** What is not known, in sentences for people. */
  caveats: string[];
}

export interface JourneyEvent {
  entry: EntrySummary;
  /** Without its payload: `GET /api/streams/:stream/entries/:id` has it. */
  event: EventHead;
  /** Since the first event of the journey, by entry ids: when it was published. Exact. */
  afterMs: number;
  /**
   * The event that this one answers, if it is of this journey and was found: `stream` and `id` of its entry. A forest
   * with these as its edges.
   */
  cause: { stream: string; id: string } | null;
  /** From its cause's publishing to its own: waiting and handling together. Exact. Null without a cause. */
  sinceCauseMs: number | null;
  /** Its depth in the tree of causes, from 0. */
  depth: number;
  handledBy: JourneyHandling[];
}

/** What one group did with an event. */
export interface JourneyHandling extends DeliveryView {
  /** The source under which the group's workers publish; null if not known. */
  source: string | null;
  /** What the group published as an answer, in the order of publishing. */
  answers: { stream: string; id: string; type: string }[];
  /** From the event's publishing to the group's (last) answer; null where it gave none. */
  answeredAfterMs: number | null;
  /**
   * What is known of the times. `answer`: `answeredAfterMs` is exact, and includes waiting and handling.
   * `pending`: it has been waiting or pending for `openMs`. `none`: settled, and Redis records no time of that.
   */
  known: 'answer' | 'pending' | 'none';
  openMs: number | null;
}
