import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';

/** How often the delay of the event loop is sampled, in milliseconds. Relevant delays are longer. */
const RESOLUTION_MS = 20;

/**
 * Metrics of the process, with OpenTelemetry's names: processor time, memory, and the delay of the event loop.
 *
 * OpenTelemetry's own packages (host-metrics, instrumentation-runtime-node) give the same metrics except the uptime, and more. For these
 * six metrics, they would add nine packages to production: one reads everything from the operating system, and two change how modules
 * are loaded.
 */
export function observeProcess(): void {
  const meter = metrics.getMeter('@shop/service');
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const cpu = meter.createObservableCounter('process.cpu.time', { unit: 's', description: 'Processor time' });
  cpu.addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe(user / 1e6, { 'cpu.mode': 'user' });
    result.observe(system / 1e6, { 'cpu.mode': 'system' });
  });
  const gauges = [
    { name: 'process.memory.usage', unit: 'By', description: 'Resident memory', read: () => process.memoryUsage.rss() },
    {
      name: 'v8js.memory.heap.used',
      unit: 'By',
      description: 'Heap in use',
      read: () => process.memoryUsage().heapUsed,
    },
    { name: 'process.uptime', unit: 's', description: 'Time since the start', read: () => process.uptime() },
    {
      name: 'nodejs.eventloop.delay.mean',
      unit: 's',
      description: 'Mean delay of the event loop since the last collection',
      read: () => lateness(delay.mean),
    },
    {
      name: 'nodejs.eventloop.delay.p99',
      unit: 's',
      description: '99th percentile of the delay of the event loop since the last collection',
      read: () => lateness(delay.percentile(99)),
    },
  ];
  const observables = gauges.map(({ name, unit, description, read }) => ({
    gauge: meter.createObservableGauge(name, { unit, description }),
    read,
  }));
  meter.addBatchObservableCallback(
    (result) => {
      for (const { gauge, read } of observables) result.observe(gauge, read());
      delay.reset();
    },
    observables.map(({ gauge }) => gauge),
  );
}

/** @param measured the time between two samples, in nanoseconds; NaN before the second sample */
function lateness(measured: number): number {
  return Number.isNaN(measured) ? 0 : Math.max(0, measured / 1e9 - RESOLUTION_MS / 1000);
}
