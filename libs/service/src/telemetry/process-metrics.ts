import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';

/** How often the event loop is looked at, in milliseconds: a delay that matters is longer. */
const RESOLUTION_MS = 20;

/**
 * What the process takes, by OpenTelemetry's names: processor time, memory, and how late its event loop is.
 *
 * OpenTelemetry's own packages (host-metrics, instrumentation-runtime-node) give more of the same under the same names, but for the uptime. For these
 * six they bring nine packages into production: a library that asks the operating system for all that it has, and two that change how
 * modules are loaded.
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
      description: 'How late the event loop is on average, since the last look',
      read: () => lateness(delay.mean),
    },
    {
      name: 'nodejs.eventloop.delay.p99',
      unit: 's',
      description: 'How late the event loop is in one case of a hundred, since the last look',
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

/** What is measured is the time from one look to the next, in nanoseconds; before the second one it is no number. */
function lateness(measured: number): number {
  return Number.isNaN(measured) ? 0 : Math.max(0, measured / 1e9 - RESOLUTION_MS / 1000);
}
