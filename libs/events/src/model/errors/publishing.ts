import { EventsError, MAX_SHOWN_LENGTH } from './events-error.js';

/**
 * A payload that JSON or the event class would change on its way to readers, or that is larger or deeper than it may be.
 * Nothing was published.
 */
export class EventPayloadError extends EventsError {
  constructor(
    /** The event's `event_type`. */
    readonly eventType: string,
    /** Path of the field, such as `items.0.note`; empty for the payload itself. */
    readonly path: string,
    why: string,
    options?: { cause?: unknown },
  ) {
    const named = path.length > MAX_SHOWN_LENGTH ? `${path.slice(0, MAX_SHOWN_LENGTH)}…` : path;
    super(`${eventType} cannot be published: ${named === '' ? 'the payload' : named}: ${why}`, options);
  }
}

/** What was said of an event besides its payload, and no envelope can hold. Nothing was published. */
export class EventEnvelopeError extends EventsError {
  constructor(
    /** The event's `event_type`. */
    readonly eventType: string,
    /** As the publisher calls it: `eventId`, `timestamp`, `idempotencyKey`, …; `key` for what `key()` of the class gave. */
    readonly field: string,
    why: string,
    options?: { cause?: unknown },
  ) {
    super(`${eventType} cannot be published: ${field}: ${why}`, options);
  }
}

/**
 * The producer's buffer has no room. Nothing was published. It is full because Redis takes nothing at present, and trying
 * again later helps; or, with `isTooLarge`, one call asked for more than it ever takes.
 */
export class ProducerOverloadedError extends EventsError {
  /** The option that sets the limit. */
  readonly option: 'producer.bufferLimit' | 'producer.bufferBytes';
  /** Whether the call alone is beyond the limit. */
  readonly isTooLarge: boolean;

  constructor(
    /** What {@link option} is set to. */
    readonly limit: number,
    /** What {@link limit} counts. */
    readonly unit: 'events' | 'bytes',
    /** Of the call, in that unit. */
    readonly asked: number,
  ) {
    const option = unit === 'events' ? 'producer.bufferLimit' : 'producer.bufferBytes';
    const waiting = unit === 'events' ? `${String(limit)} events` : `events of ${String(limit)} bytes`;
    const wanted = unit === 'events' ? `${String(asked)} events` : `events of ${String(asked)} bytes`;
    super(
      asked > limit
        ? `Expected at most ${waiting} in one call (${option}), got ${wanted}; nothing was taken. ` +
            `Publish them in several calls, each when the one before is done, or raise ${option}.`
        : `${waiting} already wait to be published; nothing was taken. Try again when Redis answers, or raise ${option}.`,
    );
    this.option = option;
    this.isTooLarge = asked > limit;
  }
}

/** The event is in the stream, but not as safe as `producer.acks` demands, within the deadline. */
export class NotReplicatedError extends EventsError {
  constructor(
    /** What was waited for, in words. */
    readonly wanted: string,
    /** What there was at the deadline, or why nobody knows, in words. */
    readonly got: string,
  ) {
    super(`The event is in the stream, but not as safe as wanted: expected ${wanted}, got ${got} within the deadline`);
  }
}

/** Redis confirmed no publish within the deadline. The event may be in the stream; it is there at most once. */
export class PublishTimeoutError extends EventsError {
  constructor(
    /** `producer.timeoutMs` */
    readonly timeoutMs: number,
    options?: { cause?: unknown },
  ) {
    super(`Redis confirmed no publish within ${String(timeoutMs)} ms; the event may be in the stream, once`, options);
  }
}
