import { createTraceState, type SpanContext } from '@opentelemetry/api';
import { fieldOf, TRACE_STATE, TRACEPARENT } from '../model/fields.js';
import type { SettledFacts, TraceFields } from '../model/instrumentation.js';

/**
 * The span context that an entry carries, whichever propagator the application has: the fields are part of the envelope.
 *
 * @returns undefined for none, and for one that is not of W3C's form
 */
export function spanContextOf({ traceparent, tracestate }: TraceFields): SpanContext | undefined {
  // A publisher may say anything; what is wrong with it, it is told when the envelope is made.
  const parts = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (!parts) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = parts;
  const context: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  if (typeof tracestate === 'string') context.traceState = createTraceState(tracestate);
  return context;
}

/** Where an entry's event was made; undefined where the entry does not say so. */
export function creationContextOf({ fields }: Pick<SettledFacts, 'fields'>): SpanContext | undefined {
  const traceparent = fields ? fieldOf(fields, 'traceparent') : undefined;
  if (!fields || traceparent === undefined) return undefined;
  return spanContextOf({ traceparent, tracestate: fieldOf(fields, 'tracestate') });
}

/** The fields that carry a span context on. */
export function traceFieldsOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceFields {
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0');
  // What an SDK made of it may be other than an envelope takes: a publish does not fail for its trace.
  const traceparent = `00-${traceId}-${spanId}-${flags}`.toLowerCase();
  const tracestate = traceState?.serialize();
  return TRACE_STATE.holds(tracestate) ? { traceparent, tracestate } : { traceparent };
}
