import { createNoopMeter, metrics, trace, type Meter, type Tracer, type TracerProvider } from '@opentelemetry/api';

/** The instrumentation scope of spans and metrics. */
const SCOPE = 'nestjs-event-streams';

/** The tracer of the SDK that is registered; undefined for none. */
export function registeredTracer(): Tracer | undefined {
  const provider: TracerProvider & Partial<StandIn> = trace.getTracerProvider();
  // The API's own provider stands in for one that may come later.
  if (provider.getDelegateTracer && provider.getDelegateTracer(SCOPE) === undefined) return undefined;
  return provider.getTracer(SCOPE);
}

/** The meter of the SDK that is registered; undefined for none. */
export function registeredMeter(): Meter | undefined {
  const meter = metrics.getMeter(SCOPE);
  return meter === createNoopMeter() ? undefined : meter;
}

/** The API's `ProxyTracerProvider`, by its shape: the global one may be of another copy of the API. */
interface StandIn {
  getDelegateTracer: (scope: string) => Tracer | undefined;
}
