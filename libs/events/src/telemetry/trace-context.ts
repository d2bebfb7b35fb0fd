import { createTraceState, type SpanContext } from '@opentelemetry/api';
import { fieldOf, TRACE_STATE, TRACEPARENT } from '../model/fields.js';
import type { SettledFacts, TraceFields } from '../model/instrumentation.js';

/**
 * The span context that an entry carries, whichever propagator the application has: the fields are part of the envelope.
 *
 * @returns undefined for none, and for one that is not of W3C's form
 */
export function spanContextOf({ traceparent, tracestate }: TraceFields): SpanContext | undefined {
  // Anything else is refused when the envelope is made.
  const parts = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (!parts) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = parts;
  const context: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  if (typeof tracestate === 'string') context.traceState = createTraceState(tracestate);
  return context;
}

/** The span context in which an entry's event was published; undefined if the entry has none. */
export function creationContextOf({ fields }: Pick<SettledFacts, 'fields'>): SpanContext | undefined {
  const traceparent = fields ? fieldOf(fields, 'traceparent') : undefined;
  if (!fields || traceparent === undefined) return undefined;
  return spanContextOf({ traceparent, tracestate: fieldOf(fields, 'tracestate') });
}

/** A span context as fields of an entry. */
export function traceFieldsOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceFields {
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0');
  // An SDK may write it in a form that an envelope does not take: a publish must not fail because of its trace.
  const traceparent = `00-${traceId}-${spanId}-${flags}`.toLowerCase();
  const tracestate = traceState?.serialize();
  return TRACE_STATE.holds(tracestate) ? { traceparent, tracestate } : { traceparent };
}
