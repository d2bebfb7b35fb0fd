import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  AggregationTemporality,
  MetricReader,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

/** What Prometheus calls units; its names end with them, which the serializer leaves to others. */
const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * Collects the metrics when Prometheus asks. The text is OpenTelemetry's: its PrometheusExporter, which has a server of its own, leaves the units
 * out of the names, by which rules and dashboards ask (`messaging_process_duration_seconds`).
 */
export class PrometheusReader extends MetricReader {
  private readonly serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  /** All metrics at present, in Prometheus' text format; those that cannot be had at present are left out. */
  async text(): Promise<string> {
    const { resourceMetrics } = await this.collect();
    return this.serializer.serialize(named(resourceMetrics));
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function named({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
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
