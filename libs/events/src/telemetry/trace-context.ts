import { createTraceState, isSpanContextValid, type SpanContext } from '@opentelemetry/api';

/** W3C Trace Context, as an entry's fields carry it. */
export interface TraceFields {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * The span context that an entry carries, whichever propagator the application has: the fields are part of the envelope.
 *
 * @returns undefined for none, and for one that is not of W3C's form
 */
export function spanContextOf({ traceparent, tracestate }: TraceFields): SpanContext | undefined {
  if (traceparent === undefined) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACEPARENT.exec(traceparent) ?? [];
  // Only later versions may have further parts.
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  const context: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  if (tracestate !== undefined) context.traceState = createTraceState(tracestate);
  return isSpanContextValid(context) ? context : undefined;
}

/** The fields that carry a span context on. */
export function traceFieldsOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceFields {
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  const tracestate = traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}
