import { randomUUID } from 'node:crypto';
import { isDate } from 'node:util/types';
import { domainEventOf, type EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { PublishOptions } from '../model/event-to-publish.js';
import { ID, shown, TRACE_PARENT, TRACE_STATE, type Rule } from '../model/fields.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { EventEnvelopeError } from '../model/errors/publishing.js';
import { erasedIn, validateErased } from '../personal/erased-in.js';
import { personalPlanOf } from '../personal/personal.js';
import { saidBy } from '../validate/user-code.js';
import { validateCompiled } from '../validate/validate.js';
import { demandSameKey, partitionKeyOf } from './partition-key.js';
import { travelling } from './payload.js';
import { readBack } from './read-back.js';

/** What an event has of the one that it answers, where its publisher says nothing else. Readers have taken it before. */
export interface Inheritance {
  eventId: string;
  correlationId: string;
  causationId: string;
  traceparent: string | undefined;
  tracestate: string | undefined;
}

/**
 * The envelope of a new event. What every reader would not take is refused here: `data` is what travels, and what was
 * validated is what readers get of it.
 *
 * @throws EventPayloadError when JSON, or the event class, would change the payload
 * @throws EventValidationError when the class's decorators, or its schema, refuse what travels
 * @throws EventEnvelopeError when this application does not publish such events, or an option, or what `key()` gives, cannot be part of an envelope
 */
export function newEnvelope<T extends object>(
  target: EventClass<T>,
  data: T,
  source: string,
  limits: PayloadLimits,
  options: PublishOptions = {},
  inherited?: Inheritance,
): EventEnvelope<T> {
  const { type, version, key, sources, schema } = domainEventOf(target);
  if (sources?.includes(source) === false) {
    throw new EventEnvelopeError(type, 'source', `expected ${sources.join(' or ')}, got ${source}`);
  }
  // First of all: nothing else is made for what has no end.
  const sent = travelling(type, data, limits, target) as T;
  const plan = personalPlanOf(target);
  const erased = plan && erasedIn(plan, type, sent);
  const compiled = erased ? undefined : validateCompiled(target, sent);
  const read = erased ? validateErased(target, sent, erased) : (compiled ?? readBack(target, sent, limits));
  if (!isObject(options)) throw new EventEnvelopeError(type, 'options', `expected an object, got ${shown(options)}`);
  let eventId: string | undefined;
  let timestamp: Date | undefined;
  let correlationId: string | undefined;
  let causationId: string | undefined;
  let traceparent: string | undefined;
  let tracestate: string | undefined;
  try {
    ({ eventId, timestamp, correlationId, causationId, traceparent, tracestate } = options);
  } catch (cause) {
    throw unreadable(type, cause);
  }
  const envelope: EventEnvelope<T> = {
    event_id: inherited
      ? inherited.eventId
      : eventId === undefined
        ? randomUUID()
        : demand(type, 'eventId', eventId, ID),
    event_type: type,
    timestamp: timestamp === undefined ? now() : timeOf(type, timestamp),
    version,
    source,
    // As it was given, where JSON does not change it: what the check has made of it may have other fields, in another order.
    data: sent,
  };
  if (correlationId !== undefined) envelope.correlation_id = demand(type, 'correlationId', correlationId, ID);
  else if (inherited) envelope.correlation_id = inherited.correlationId;
  if (causationId !== undefined) envelope.causation_id = demand(type, 'causationId', causationId, ID);
  else if (inherited) envelope.causation_id = inherited.causationId;
  if (key) {
    envelope.partition_key = partitionKeyOf(type, key, read);
    if (!compiled || schema) demandSameKey(type, key, sent, envelope.partition_key, limits);
  }
  setTrace(envelope, traceparent, tracestate, inherited);
  return envelope;
}

/** Getters and proxies are user code. */
export function unreadable(type: string, cause: unknown): EventEnvelopeError {
  return new EventEnvelopeError(type, 'options', saidBy('reading them', cause), { cause });
}

function isObject(options: unknown): options is object {
  return typeof options === 'object' && options !== null;
}

/** A trace context is of one piece: who gives its own inherits nothing of another one. */
function setTrace(
  envelope: EventEnvelope<object>,
  traceparent: string | undefined,
  tracestate: string | undefined,
  inherited: Inheritance | undefined,
): void {
  const { event_type } = envelope;
  if (traceparent === undefined && inherited) {
    if (inherited.traceparent !== undefined) envelope.traceparent = inherited.traceparent;
    if (inherited.tracestate !== undefined) envelope.tracestate = inherited.tracestate;
    return;
  }
  if (traceparent !== undefined) envelope.traceparent = demand(event_type, 'traceparent', traceparent, TRACE_PARENT);
  if (tracestate !== undefined) envelope.tracestate = demand(event_type, 'tracestate', tracestate, TRACE_STATE);
}

/** A value that its rule allows. @throws EventEnvelopeError that names the field */
export function demand(type: string, field: string, value: unknown, rule: Rule): string {
  if (rule.holds(value)) return value;
  throw new EventEnvelopeError(type, field, `expected ${rule.expected}, got ${shown(value)}`);
}

/** RFC 3339 has four digits for a year. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

function timeOf(type: string, timestamp: unknown): string {
  if (isDate(timestamp)) {
    const ms = Date.prototype.getTime.call(timestamp);
    if (ms >= FIRST_MS && ms <= LAST_MS) return Date.prototype.toISOString.call(timestamp);
  }
  const got = isDate(timestamp) ? 'an invalid one, or one of another year' : shown(timestamp);
  throw new EventEnvelopeError(type, 'timestamp', `expected a Date of the years 0 to 9999, got ${got}`);
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
