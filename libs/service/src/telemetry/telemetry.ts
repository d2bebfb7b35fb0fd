import { metrics } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { PrometheusReader } from './prometheus-reader.js';
import { observeProcess } from './process-metrics.js';
import type { Tracing } from './tracing.js';

/**
 * Registers OpenTelemetry's SDK: metrics, which `reader` collects, and traces, if there is an endpoint. Must be called before the app
 * is created.
 *
 * @param source the app's name in traces and metrics: `order_service`
 * @param endpoint the URL of an OTLP collector; empty for none
 */
export async function startTelemetry(
  source: string,
  reader: PrometheusReader,
  endpoint: string,
): Promise<Tracing | undefined> {
  const resource = defaultResource().merge(resourceFromAttributes({ 'service.name': source }));
  metrics.setGlobalMeterProvider(new MeterProvider({ resource, readers: [reader] }));
  observeProcess();
  if (endpoint === '') return undefined;
  const { startTracing } = await import('./tracing.js');
  return startTracing(resource);
}
