import { randomUUID } from 'node:crypto';
import { domainEventOf, type EventClass } from '../envelope/domain-event.js';
import type { EventEnvelope } from '../envelope/event-envelope.js';
import { validate } from '../validate/validate.js';
import { checkPayload, type PayloadLimits } from './payload.js';

/** What a publisher may say of an event besides its payload. */
export interface PublishOptions {
  /** A UUID. @default a new one */
  eventId?: string | undefined;
  /** When the event happened. @default now */
  timestamp?: Date | undefined;
  correlationId?: string | undefined;
  causationId?: string | undefined;
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}

/**
 * The envelope of a new event.
 *
 * @throws EventPayloadError when JSON cannot carry the payload
 * @throws EventValidationError when the class's decorators refuse the payload
 */
export function newEnvelope<T extends object>(
  target: EventClass<T>,
  data: T,
  source: string,
  limits: PayloadLimits,
  options: PublishOptions = {},
): EventEnvelope<T> {
  const { type, version, key } = domainEventOf(target);
  // First of all: nothing else is made for what has no end.
  checkPayload(type, data, limits);
  const valid = validate(target, data);
  const envelope: EventEnvelope<T> = {
    event_id: options.eventId ?? randomUUID(),
    event_type: type,
    timestamp: options.timestamp ? options.timestamp.toISOString() : now(),
    version,
    source,
    // As it was given: checking it changes neither its fields nor their order.
    data,
  };
  if (options.correlationId !== undefined) envelope.correlation_id = options.correlationId;
  if (options.causationId !== undefined) envelope.causation_id = options.causationId;
  if (key) envelope.partition_key = key(valid);
  if (options.traceparent !== undefined) envelope.traceparent = options.traceparent;
  if (options.tracestate !== undefined) envelope.tracestate = options.tracestate;
  return envelope;
}

let lastMs = 0;
let lastText = '';

/** RFC 3339; many events are made within a millisecond. */
function now(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}
