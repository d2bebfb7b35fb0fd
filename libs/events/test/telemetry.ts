import { context, metrics, SpanKind, trace, type Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type Histogram,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { freshRedis, type TestRedis } from '@repo/testing';
import { afterAll, beforeAll, beforeEach } from 'vitest';

/** The SDK, with what it was told kept in memory; it must be there before the worker is made. */
export interface Recording extends AsyncDisposable {
  /** Spans that have ended. */
  spans(): Span[];
  /** The values of an instrument at present. */
  values(instrument: string): Promise<{ attributes: Attributes; value: number | Histogram }[]>;
}

/** A span as these tests look at it. */
export interface Span {
  name: string;
  kind: string;
  traceId: string;
  id: string;
  parent: string | undefined;
  /** Ids of the spans that it links to. */
  links: string[];
  attributes: Attributes;
  error: string | undefined;
}

/** For the tests of a file: a Redis that is empty when a test begins, and a recording of that test. */
export function recordEachTest(): { readonly redis: TestRedis; readonly recording: Recording } {
  const own = {} as { redis: TestRedis; recording: Recording };
  beforeAll(async () => {
    own.redis = await freshRedis();
  });
  afterAll(() => own.redis.stop());
  beforeEach(async () => {
    await own.redis.client.flushall();
    const recording = (own.recording = record());
    return () => recording[Symbol.asyncDispose]();
  });
  return own;
}

/** Registers the SDK for spans and metrics. */
export function record(): Recording {
  const exporter = new InMemorySpanExporter();
  const tracing = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  tracing.register();
  const metering = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metering, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(meters);
  return {
    spans: () => exporter.getFinishedSpans().map(toSpan),
    async values(instrument) {
      const { resourceMetrics } = await reader.collect();
      const found = resourceMetrics.scopeMetrics
        .flatMap((scope) => scope.metrics)
        .filter(({ descriptor }) => descriptor.name === instrument);
      return found.flatMap(({ dataPoints }) => dataPoints as DataPoint<number | Histogram>[]);
    },
    async [Symbol.asyncDispose]() {
      trace.disable();
      context.disable();
      metrics.disable();
      await Promise.all([tracing.shutdown(), meters.shutdown()]);
    },
  };
}

function toSpan(span: ReadableSpan): Span {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    kind: SpanKind[span.kind],
    traceId,
    id: spanId,
    parent: span.parentSpanContext?.spanId,
    links: span.links.map((link) => link.context.spanId),
    attributes: span.attributes,
    error: span.events.find(({ name }) => name === 'exception')?.attributes?.['exception.message'] as
      string | undefined,
  };
}
