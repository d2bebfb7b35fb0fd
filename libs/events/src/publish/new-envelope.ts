import { randomUUID } from 'node:crypto';
import { isDate } from 'node:util/types';
import { domainEventOf, type EventClass } from '../model/domain-event.js';
import type { EventEnvelope } from '../model/event-envelope.js';
import type { PublishOptions } from '../model/event-to-publish.js';
import { ID, shown, TRACE_PARENT, TRACE_STATE, type Rule } from '../model/fields.js';
import type { PayloadLimits } from '../model/payload-limits.js';
import { EventEnvelopeError } from '../model/errors/publishing.js';
import { erasedIn, validateErased } from '../personal/erased-in.js';
import { personalPlanOf } from '../personal/personal-plan.js';
import { saidBy } from '../validate/user-code.js';
import { validateCompiled } from '../validate/validate.js';
import { demandSameKey, partitionKeyOf } from './partition-key.js';
import { sendablePayload } from './payload.js';
import { unknownOptionError, unknownOptionIn } from './publish-options.js';
import { readBack } from './read-back.js';

/** What an event inherits from the event that it answers, unless its options say something else. It was checked when that was read. */
export interface Inheritance {
  eventId: string;
  correlationId: string;
  causationId: string;
  traceparent: string | undefined;
  tracestate: string | undefined;
}

/**
 * The envelope of a new event. What readers would refuse is refused here: `data` is what is sent, and what was validated is what readers
 * make of it.
 *
 * @throws EventPayloadError when JSON, or the event class, would change the payload
 * @throws EventValidationError when the class's decorators, or its schema, refuse what travels
 * @throws EventEnvelopeError when this application does not publish such events, an option does not exist, or an option, or what `key()` gives, cannot be part of an envelope
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
  // First, because it bounds the size of what the other steps work on.
  const sent = sendablePayload(type, data, limits, target) as T;
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
  let unknown: string | undefined;
  try {
    ({ eventId, timestamp, correlationId, causationId, traceparent, tracestate } = options);
    unknown = unknownOptionIn(options, inherited !== undefined);
  } catch (cause) {
    throw unreadable(type, cause);
  }
  if (unknown !== undefined) throw unknownOptionError(type, unknown, inherited !== undefined);
  const envelope: EventEnvelope<T> = {
    event_id: inherited ? inherited.eventId : eventIdOf(type, eventId),
    event_type: type,
    timestamp: timestamp === undefined ? now() : timeOf(type, timestamp),
    version,
    source,
    // Not what the validation made of it, which may have other fields, or another order.
    data: sent,
  };
  setCorrelation(envelope, correlationId, causationId, inherited);
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

function eventIdOf(type: string, eventId: string | undefined): string {
  return eventId === undefined ? randomUUID() : demand(type, 'eventId', eventId, ID);
}

function setCorrelation(
  envelope: EventEnvelope<object>,
  correlationId: string | undefined,
  causationId: string | undefined,
  inherited: Inheritance | undefined,
): void {
  const { event_type } = envelope;
  if (correlationId !== undefined) envelope.correlation_id = demand(event_type, 'correlationId', correlationId, ID);
  else if (inherited) envelope.correlation_id = inherited.correlationId;
  if (causationId !== undefined) envelope.causation_id = demand(event_type, 'causationId', causationId, ID);
  else if (inherited) envelope.causation_id = inherited.causationId;
}

/** A trace context is inherited as a whole, or not at all. */
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

/** RFC 3339 allows four digits for the year. */
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

/** The time in RFC 3339. The text is made once for each millisecond: many events share it. */
function now(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}
