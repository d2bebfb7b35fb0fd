import { ConfigurableModuleBuilder, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { OutageWatch } from '../connection/outage-watch.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import { DeadLetters } from '../operate/dead-letters.js';
import { HandlerExplorer } from './handler-explorer.js';
import { EventsHealthIndicator } from './events-health.js';
import { EvictionCheck } from './eviction-check.js';
import { EventMonitor } from '../operate/event-monitor.js';
import { EventsObserver } from '../model/events-observer.js';
import { FailureLog } from '../worker/failure-log.js';
import { PartitionAgreement } from '../partitions/partition-agreement.js';
import { Subjects } from '../personal/subjects.js';
import { EventProducer } from '../publish/event-producer.js';
import { EventConsumer } from './event-consumer.js';
import { Retention } from '../operate/retention.js';
import { Keyspace } from '../stream/keyspace.js';
import { Partitions } from '../stream/partitions.js';
import { PartitionsClient } from '../stream/partitions-client.js';
import { MonitorClient } from '../stream/monitor-client.js';
import { StreamClient } from '../stream/stream-client.js';
import { Instrumentation } from '../model/instrumentation.js';
import { instrumentationFor } from '../telemetry/telemetry.js';
import { Metrics } from './metrics.js';
import { demandOneOfEachName } from './named-modules.js';
import { providersOf, type OwnProvider } from './named-providers.js';
import { resolveOptions, type EventsModuleOptions, type ResolvedOptions } from '../options/options.js';
import { Startup, StartupModule } from './startup.js';
import { EVENTS_NAME, EVENTS_OPTIONS, eventsToken } from './tokens.js';

const CONNECTION_END = Symbol('nestjs-event-streams:connection-end');

/** What each module has of its own. */
const PROVIDERS: readonly OwnProvider[] = [
  {
    provide: OutageWatch,
    inject: [EVENTS_OPTIONS, EventsObserver],
    useFactory: ({ source }: ResolvedOptions, observer: EventsObserver) =>
      new OutageWatch(source, {
        began: (outage) => {
          observer.emit({ kind: 'outage', ...outage });
        },
        ended: (outage, durationMs) => {
          observer.emit({ kind: 'recovered', ...outage, durationMs });
        },
      }),
  },
  {
    provide: RedisConnection,
    inject: [EVENTS_OPTIONS, OutageWatch, Startup],
    useFactory: ({ redis, source, commandTimeoutMs }: ResolvedOptions, watch: OutageWatch, startup: Startup) =>
      startup.connection(
        new RedisConnection(redis, { name: source, timeoutMs: commandTimeoutMs, watch, keepsProcess: false }),
      ),
  },
  {
    provide: Partitions,
    inject: [EVENTS_OPTIONS],
    useFactory: (options: ResolvedOptions) => new Partitions(options),
  },
  {
    // What belongs to no partition; where there is only one, everything.
    provide: Keyspace,
    inject: [EVENTS_OPTIONS],
    useFactory: ({ prefix, state }: ResolvedOptions) => new Keyspace(prefix, state),
  },
  ...[StreamClient, MonitorClient, PartitionsClient].map((client) => ({
    provide: client,
    inject: [RedisConnection],
    useFactory: (connection: RedisConnection) => new client(connection),
  })),
  {
    provide: Instrumentation,
    inject: [EVENTS_OPTIONS],
    useFactory: ({ group }: ResolvedOptions) => instrumentationFor(group),
  },
  PartitionAgreement,
  EventsObserver,
  FailureLog,
  EventProducer,
  EventMonitor,
  DeadLetters,
  DeadLetterLimits,
  Subjects,
  HandlerExplorer,
  EventConsumer,
  Metrics,
  Retention,
  EvictionCheck,
  EventsHealthIndicator,
  {
    provide: CONNECTION_END,
    inject: [RedisConnection],
    useFactory: (connection: RedisConnection): OnApplicationShutdown => ({
      // Last of all: consumers have left and producers have published by now.
      onApplicationShutdown: () => {
        connection.close();
      },
    }),
  },
];

/** What an application may inject. */
const EXPORTED: readonly Type[] = [
  RedisConnection,
  Keyspace,
  Partitions,
  EventsObserver,
  EventProducer,
  EventMonitor,
  DeadLetters,
  Subjects,
  EventConsumer,
  Retention,
  EventsHealthIndicator,
];

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<EventsModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true, name: undefined as string | undefined }, (definition, { isGlobal, name }) => ({
    ...definition,
    global: isGlobal,
    providers: [
      ...(definition.providers ?? []),
      { provide: EVENTS_NAME, useValue: { name } },
      ...providersOf(PROVIDERS, name),
    ],
    exports: EXPORTED.map((type) => eventsToken(type, name)),
  }))
  .build();

/**
 * Publishes and consumes events on Redis Streams. Import it with `forRoot` or `forRootAsync`; it is global. For another Redis,
 * prefix or group import it again with a `name`, which its handlers (`@EventHandler(X, { module })`) and those who inject from
 * it (`@InjectEvents(EventProducer, name)`) give.
 */
@Module({
  imports: [DiscoveryModule, TerminusModule, StartupModule],
  providers: [
    {
      provide: EVENTS_OPTIONS,
      inject: [MODULE_OPTIONS_TOKEN, EVENTS_NAME, ModulesContainer],
      useFactory: (given: EventsModuleOptions, { name }: { name: string | undefined }, modules: ModulesContainer) => {
        demandOneOfEachName(modules);
        return resolveOptions(given, name);
      },
    },
  ],
})
export class EventsModule extends ConfigurableModuleClass {}
