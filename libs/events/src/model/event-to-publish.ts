import type { EventClass } from './domain-event.js';

/** What a publisher may say of an event besides its payload. */
export interface PublishOptions {
  /** A UUID, or other visible ASCII of at most 256 characters. @default a new UUID */
  eventId?: string | undefined;
  /** When the event happened; of the years 0 to 9999. @default now */
  timestamp?: Date | undefined;
  /** Visible ASCII of at most 256 characters. */
  correlationId?: string | undefined;
  /** Visible ASCII of at most 256 characters. */
  causationId?: string | undefined;
  /**
   * Whose personal data it has, where the class does not say it: visible ASCII of at most 256 characters, not encrypted. Only looked
   * at with the module's option `erasure`, for a class with `@Personal()`.
   */
  subject?: string | undefined;
  /** Of W3C's form. */
  traceparent?: string | undefined;
  /** Printable ASCII of at most 512 characters. */
  tracestate?: string | undefined;
}

/** Options of `EventProducer.publish`. */
export interface ProduceOptions extends PublishOptions {
  /**
   * The same key publishes once, whoever publishes it; a repeat resolves with the first entry's id. Text of 1 to 1,024
   * characters.
   */
  idempotencyKey?: string;
}

/** One event of `EventProducer.publishAll`. */
export interface EventToPublish<T extends object = object> {
  /** Its class, with `@DomainEvent`. */
  event: EventClass<T>;
  /** Its payload. */
  data: T;
  /** What else is said of it. */
  options?: ProduceOptions;
}
