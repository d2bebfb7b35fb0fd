import type { DeadLetterReason } from './outcome.js';

/** The attempt at an event that an {@link Observation} is about. */
export interface ObservedEvent {
  /** The stream's key. */
  stream: string;
  /** The entry's id. */
  id: string;
  /** The consumer group. */
  group: string;
  /** `OrderHandlers.onOrderPlaced` */
  handler: string;
  /** The envelope's `event_type`. */
  eventType: string;
  /** The envelope's `event_id`. */
  eventId: string;
  /** The envelope's `partition_key`, if it has one. */
  partitionKey: string | undefined;
  /** From 1 on. */
  attempt: number;
}

/** An attempt that has ended. */
export interface ObservedRun extends ObservedEvent {
  /** From the first call of the handler to the end of its commit, in milliseconds. */
  durationMs: number;
}

/** Something that happened to an event. */
export type Observation =
  | (ObservedRun & {
      kind: 'handled';
      /** Types of the events that its transaction published. */
      published: readonly string[];
    })
  /** The handler failed, and the event was acknowledged without effects: by a rule of `errors`, or `acknowledgeOnFailure()`. */
  | (ObservedRun & { kind: 'failure-acknowledged'; error: Error })
  /** Another commit has changed what the transaction had read: the handler runs again at once. */
  | (ObservedEvent & { kind: 'conflict'; redisKey: string })
  /** The next attempt begins in `delayMs`; `counts` tells whether this one is counted, or something else failed, such as Redis. */
  | (ObservedRun & { kind: 'retried'; error: Error; delayMs: number; counts: boolean })
  | {
      kind: 'dead-lettered';
      stream: string;
      id: string;
      group: string;
      handler: string;
      eventType: string | undefined;
      eventId: string | undefined;
      partitionKey: string | undefined;
      attempt: number;
      reason: DeadLetterReason;
      error: Error;
    }
  /** A dead letter waits before it is written, since there are more in a second than `deadLetters.maxPerSecond`. */
  | { kind: 'dead-letter-delayed'; stream: string; group: string; delayMs: number }
  /**
   * An event of a type, a major version or, when it was replayed, a handler that this worker does not know (`awaited`, such as
   * `order_placed 2`): with `wait` it is left to a worker that does, with `ignore` acknowledged.
   */
  | { kind: 'unknown'; stream: string; id: string; group: string; awaited: string; policy: 'wait' | 'ignore' }
  /** The delivery is another worker's now, or its group is gone: what its handler did has no effect. */
  | { kind: 'abandoned'; stream: string; id: string; group: string; handler: string; error: Error }
  /** Entries that a dead worker had left are this worker's now. */
  | { kind: 'taken-over'; stream: string; group: string; count: number }
  /** Entries that this worker had not begun when it stopped go to the others. */
  | { kind: 'handed-back'; stream: string; group: string; count: number }
  /** Entries that were trimmed or deleted before this group had handled them. */
  | { kind: 'vanished'; stream: string; group: string; ids: readonly string[] }
  /** Retention took entries, or the limits of dead letters took some of them; `dropped` are those, by group, that its hard limit took before they were handled. */
  | { kind: 'trimmed'; stream: string; count: number; dropped: Readonly<Record<string, number>> }
  /** A stream comes near its hard limit; `heldBackBy` is the group that has still to handle the oldest entries. */
  | {
      kind: 'retention-warning';
      stream: string;
      length: number;
      hardMaxLength: number;
      heldBackBy: string | undefined;
    }
  /** This worker owns a partition from now on; `partition` is its number, and `epoch` counts its owners. */
  | { kind: 'partition-acquired'; partition: number; group: string; epoch: number }
  /** It has finished, or handed back, what it had of the partition, and given it to the others. */
  | { kind: 'partition-released'; partition: number; group: string; epoch: number }
  /** Its ownership has run out, or another worker has it: what it had of the partition was dropped. */
  | { kind: 'partition-lost'; partition: number; group: string; epoch: number; error: Error }
  /** Redis is away or refuses to serve: `reason` is `unreachable` or Redis' own word, such as `READONLY`. */
  | { kind: 'outage'; address: string; reason: string }
  /** Redis serves again, after `durationMs`. */
  | { kind: 'recovered'; address: string; reason: string; durationMs: number }
  /** Redis takes keys away when its memory is full, by this `maxmemory-policy`: said once, and again when it changes. */
  | { kind: 'eviction-warning'; address: string; policy: string }
  /** The group, and so all that it knew, was missing; it was made anew. */
  | { kind: 'group-recreated'; stream: string; group: string };

/** What an {@link Observation} is of. */
export type ObservationKind = Observation['kind'];
