/**
 * An event as it travels: the six attributes that every entry has, and the optional ones.
 *
 * @typeParam T the event class, whose shape `data` has
 */
export interface EventEnvelope<T extends object = Record<string, unknown>> {
  /** UUID, unique for each event. */
  event_id: string;
  /** A past-tense verb, such as `order_placed`. */
  event_type: string;
  /** When the event happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** `major.minor` of the event type's schema. */
  version: string;
  /** The service that published it, such as `order_service`. */
  source: string;
  /** The payload: a JSON object. */
  data: T;
  /** What belongs together: the same for every event that follows from the first one. */
  correlation_id?: string;
  /** The `event_id` of the event that this one answers. */
  causation_id?: string;
  /** Events with the same key are handled in stream order. */
  partition_key?: string;
  /** The trace that it was published in, as W3C Trace Context has it. */
  traceparent?: string;
  /** What belongs to `traceparent`. */
  tracestate?: string;
  /** Fields of the entry that this version does not know, as they came. */
  extra?: Readonly<Record<string, string>>;
}

/** The attributes that every entry must have. */
export const REQUIRED_FIELDS = ['event_id', 'event_type', 'timestamp', 'version', 'source', 'data'] as const;

/** The attributes that an entry may have. */
export const OPTIONAL_FIELDS = [
  'correlation_id',
  'causation_id',
  'partition_key',
  'traceparent',
  'tracestate',
] as const;
