import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  MetricReader,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

/** Prometheus' names of the units. Names of metrics end with them, which the serializer does not add. */
const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * Collects the metrics when Prometheus requests them, with OpenTelemetry's serializer. OpenTelemetry's PrometheusExporter is not used:
 * it has its own server, and omits the units from the names that rules and dashboards use (`messaging_process_duration_seconds`).
 */
export class PrometheusReader extends MetricReader {
  private readonly serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  /** All metrics in Prometheus' text format. A metric that cannot be read now is left out. */
  async text(): Promise<string> {
    const { resourceMetrics } = await this.collect();
    return this.serializer.serialize(withUnits(resourceMetrics));
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function withUnits({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(withUnit) })),
  };
}

function withUnit<T extends MetricData>(metric: T): T {
  const { descriptor } = metric;
  const unit = UNITS[descriptor.unit];
  if (unit === undefined) return { ...metric, descriptor: { ...descriptor, unit: '' } };
  return { ...metric, descriptor: { ...descriptor, unit, name: `${descriptor.name}_${unit}` } };
}
