import { createNoopMeter, metrics, trace, type Meter, type Tracer, type TracerProvider } from '@opentelemetry/api';

/** The instrumentation scope of spans and metrics. */
const SCOPE = 'nestjs-event-streams';

/** The tracer of the registered SDK; undefined without one. */
export function registeredTracer(): Tracer | undefined {
  const provider: TracerProvider & Partial<DelegatingProvider> = trace.getTracerProvider();
  // Without an SDK it is the API's own provider, which delegates to one that may be registered later.
  if (provider.getDelegateTracer && provider.getDelegateTracer(SCOPE) === undefined) return undefined;
  return provider.getTracer(SCOPE);
}

/** The meter of the registered SDK; undefined without one. */
export function registeredMeter(): Meter | undefined {
  const meter = metrics.getMeter(SCOPE);
  return meter === createNoopMeter() ? undefined : meter;
}

/** The API's `ProxyTracerProvider`, by its shape: the global one may be of another copy of the API. */
interface DelegatingProvider {
  getDelegateTracer: (scope: string) => Tracer | undefined;
}
