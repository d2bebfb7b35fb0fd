import { Get, Header } from '@nestjs/common';
import { SkipThrottle } from '@nestjs/throttler';
import { HttpController } from './http-controller.js';
import { PrometheusReader } from './telemetry/prometheus-reader.js';

/** `GET /metrics`, in Prometheus' text format. */
@SkipThrottle()
@HttpController('metrics')
export class MetricsController {
  constructor(private readonly reader: PrometheusReader) {}

  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.reader.text();
  }
}
