import { Controller, Get, Header, Injectable } from '@nestjs/common';
import { EventConsumer, EventMonitor, EventsObserver } from 'nestjs-event-streams';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Counts what the library tells, for Prometheus. No label takes unbounded values. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  constructor(observer: EventsObserver, consumer: EventConsumer, monitor: EventMonitor) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const duration = new Histogram({
      name: 'events_process_duration_seconds',
      help: 'Time from the first call of a handler to the end of its commit',
      labelNames: ['handler', 'event_type'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    const retries = new Counter({
      name: 'events_retries_total',
      help: 'Attempts that failed and are tried again',
      labelNames: ['handler', 'event_type'],
      registers,
    });
    const deadLetters = new Counter({
      name: 'events_dead_letters_total',
      help: 'Events that became dead letters',
      labelNames: ['handler', 'reason'],
      registers,
    });
    const takenOver = new Counter({
      name: 'events_taken_over_total',
      help: 'Entries taken over from consumers that had left them',
      labelNames: ['stream'],
      registers,
    });
    const conflicts = new Counter({
      name: 'events_conflicts_total',
      help: 'Transactions that ran again because another commit had changed what they had read',
      labelNames: ['handler'],
      registers,
    });
    const outages = new Counter({
      name: 'events_redis_outages_total',
      help: 'Times that Redis became unreachable or began to refuse, by what it said',
      labelNames: ['reason'],
      registers,
    });
    const losses = new Counter({
      name: 'events_losses_total',
      help: 'Entries trimmed or deleted before they were handled, and groups that had vanished',
      labelNames: ['stream', 'kind'],
      registers,
    });
    // A handler has one event type. Looking its labels up takes longer than counting.
    const durations = new Map<string, Histogram.Internal<'handler' | 'event_type'>>();
    const durationOf = (handler: string, event_type: string) => {
      let found = durations.get(handler);
      if (!found) durations.set(handler, (found = duration.labels({ handler, event_type })));
      return found;
    };
    const partitionsLost = new Counter({
      name: 'events_partitions_lost_total',
      help: 'Partitions that another worker owns, or may own, before this one had handed them over',
      registers,
    });
    observer.subscribe((observation) => {
      switch (observation.kind) {
        case 'handled':
          durationOf(observation.handler, observation.event_type).observe(observation.durationMs / 1000);
          break;
        case 'retried':
          retries.inc({ handler: observation.handler, event_type: observation.event_type });
          break;
        case 'dead-lettered':
          deadLetters.inc({ handler: observation.handler, reason: observation.reason });
          break;
        case 'taken-over':
          takenOver.inc({ stream: observation.stream }, observation.count);
          break;
        case 'conflict':
          conflicts.inc({ handler: observation.handler });
          break;
        case 'outage':
          outages.inc({ reason: observation.reason });
          break;
        case 'vanished':
          losses.inc({ stream: observation.stream, kind: 'entry' }, observation.ids.length);
          break;
        case 'group-recreated':
          losses.inc({ stream: observation.stream, kind: 'group' });
          break;
        case 'partition-lost':
          partitionsLost.inc();
          break;
        default:
      }
    });
    new Gauge({
      name: 'events_held',
      help: 'Entries that this worker holds: waiting, running, or waiting for their retry',
      registers,
      collect() {
        this.set(consumer.held);
      },
    });
    const lag = new Gauge({
      name: 'events_group_lag',
      help: 'Entries that the group has not been given yet',
      labelNames: ['stream', 'group'],
      registers,
      async collect() {
        await Promise.all(
          consumer.streams.map(async (stream) => {
            const groups = await monitor.groups(stream).catch(() => []);
            for (const { name, lag: entries } of groups)
              if (entries !== null) lag.set({ stream, group: name }, entries);
          }),
        );
      },
    });
  }
}

/** `GET /metrics`, in Prometheus' text format. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
