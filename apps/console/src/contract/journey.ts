import type { DeliveryView, EntrySummary, EventHead, Scan } from './streams.js';

/**
 * `GET /api/journeys/:correlationId`: all events of a correlation id, as a timeline.
 *
 * Streams have no index by it; one answer has about 500 events at most. What the console has seen lately is known at once; beyond that it looks around the
 * events that it knows, and else backwards from `cursor` or the end, for a second. `isComplete` false: more may be found by
 * asking again with `cursor`, which is meant to be done without being asked as long as `events` is empty.
 *
 * Query: `near`, a moment in milliseconds or an entry id around which to look first (give it when the user comes from an
 * entry); `cursor`, of the answer before (join the events by `stream` and `id`).
 * Errors: 400, 503. Nothing found is no error: `events` is empty.
 */
export interface Journey {
  correlationId: string;
  /** In the order of their publishing. */
  events: JourneyEvent[];
  /** From the first event to the last one; 0 for a single one. */
  elapsedMs: number;
  /** What is left to do, over all events; `failed` when there is a dead letter, `open` when a group is not done. */
  state: 'empty' | 'open' | 'failed' | 'settled';
  isComplete: boolean;
  cursor: string | null;
  /** How far each stream was looked through. */
  scans: Record<string, Scan>;
  /** What the picture cannot know, in sentences for people. */
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
  /** How deep it stands in the tree of causes, from 0. */
  depth: number;
  handledBy: JourneyHandling[];
}

/** What one group did with an event. */
export interface JourneyHandling extends DeliveryView {
  /** The source under which the group's workers publish; null where that is not known. */
  source: string | null;
  /** What the group published as an answer, in the order of publishing. */
  answers: { stream: string; id: string; type: string }[];
  /** From the event's publishing to the group's (last) answer; null where it gave none. */
  answeredAfterMs: number | null;
  /**
   * What is known of the times. `answer`: `answeredAfterMs` is exact, though waiting and handling are not told apart.
   * `pending`: it has waited, or been in work, `openMs` by now. `none`: settled, and Redis records no time of that.
   */
  known: 'answer' | 'pending' | 'none';
  openMs: number | null;
}
