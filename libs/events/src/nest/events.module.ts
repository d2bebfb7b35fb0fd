import './nest-logger.js';
import { ConfigurableModuleBuilder, Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule, ModulesContainer } from '@nestjs/core';
import { observedWatch } from '../create/plain-parts.js';
import { OutageWatch } from '../connection/outage-watch.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { EventsObserver } from '../observe/events-observer.js';
import { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import { DeadLetters } from '../operate/dead-letters.js';
import { EventMonitor } from '../operate/event-monitor.js';
import { EvictionCheck } from '../operate/eviction-check.js';
import { Retention } from '../operate/retention.js';
import type { ResolvedOptions } from '../options/options.js';
import { Agreement } from '../create/agreement.js';
import { Subjects } from '../personal/subjects.js';
import { ownConnectionOf } from '../publish/durability.js';
import { EventProducer } from '../publish/event-producer.js';
import { AgreementClient } from '../stream/clients/agreement-client.js';
import { Keyspace } from '../stream/keys/keyspace.js';
import { MonitorClient } from '../stream/questions/monitor-client.js';
import { Partitions } from '../stream/keys/partitions.js';
import { StreamClient } from '../stream/clients/stream-client.js';
import { instrumentationFor } from '../telemetry/telemetry.js';
import { FailureLog } from '../observe/failure-log.js';
import { EventConsumer } from './event-consumer.js';
import { EventsHealth } from './events-health.js';
import { HandlerExplorer } from './handler-explorer.js';
import { Lifecycle } from './lifecycle.js';
import type { EventsModuleAsyncOptions, EventsModuleExtras } from './module-import.js';
import { resolveModuleOptions, type EventsModuleOptions } from './module-options.js';
import { Metrics } from '../telemetry/metrics.js';
import { demandOneOfEachName } from './named-modules.js';
import { provide, providersOf, type OwnProvider } from './named-providers.js';
import { Startup, StartupModule } from './startup.js';
import { EVENTS_NAME, EVENTS_OPTIONS, eventsToken, INSTRUMENTATION } from './tokens.js';

/** The client that events are published with, over a connection of its own where `producer.acks` needs one. */
const PRODUCER_CLIENT = Symbol('nestjs-event-streams:producer-client');

/** What each module has of its own: plain classes of the library, by factories, and the few that know Nest. */
const PROVIDERS: readonly OwnProvider[] = [
  {
    provide: OutageWatch,
    inject: [EVENTS_OPTIONS, EventsObserver],
    useFactory: ({ source }: ResolvedOptions, observer: EventsObserver) => observedWatch(source, observer),
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
    provide: PRODUCER_CLIENT,
    inject: [EVENTS_OPTIONS, OutageWatch, StreamClient, Startup],
    useFactory: (options: ResolvedOptions, watch: OutageWatch, shared: StreamClient, startup: Startup) => {
      const own = ownConnectionOf(options, { watch, keepsProcess: false });
      return own ? new StreamClient(startup.connection(own)) : shared;
    },
  },
  {
    // What belongs to no partition; where there is only one, everything.
    provide: Keyspace,
    inject: [EVENTS_OPTIONS],
    useFactory: ({ prefix, state }: ResolvedOptions) => new Keyspace(prefix, state),
  },
  {
    provide: INSTRUMENTATION,
    inject: [EVENTS_OPTIONS],
    useFactory: ({ group }: ResolvedOptions) => instrumentationFor(group),
  },
  provide(Partitions, EVENTS_OPTIONS),
  provide(StreamClient, RedisConnection),
  provide(MonitorClient, RedisConnection),
  provide(AgreementClient, RedisConnection),
  provide(Agreement, EVENTS_OPTIONS, AgreementClient, Keyspace, Partitions, EventsObserver),
  provide(EventsObserver),
  provide(FailureLog, EVENTS_OPTIONS, EventsObserver),
  provide(EventProducer, EVENTS_OPTIONS, PRODUCER_CLIENT, Partitions, INSTRUMENTATION),
  provide(EventMonitor, MonitorClient, Partitions),
  provide(DeadLetters, EVENTS_OPTIONS, StreamClient, MonitorClient, Partitions),
  provide(DeadLetterLimits, EVENTS_OPTIONS, StreamClient, MonitorClient, Partitions, EventsObserver),
  provide(Subjects, StreamClient, Partitions),
  provide(Metrics, EventsObserver, Partitions, EventConsumer, EventMonitor, StreamClient),
  provide(Retention, EVENTS_OPTIONS, StreamClient, MonitorClient, Partitions, EventsObserver),
  provide(EvictionCheck, StreamClient, MonitorClient, EventsObserver),
  HandlerExplorer,
  EventConsumer,
  provide(EventsHealth, EVENTS_OPTIONS, StreamClient, EventConsumer, EventMonitor, EvictionCheck),
  provide(Lifecycle, Startup, Agreement, EventProducer, FailureLog, PRODUCER_CLIENT, RedisConnection, DeadLetterLimits, Retention, EvictionCheck, Metrics), // prettier-ignore
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
  EventsHealth,
];

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<EventsModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras<EventsModuleExtras>({ isGlobal: true, name: undefined }, (definition, { isGlobal = true, name }) => ({
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
  imports: [DiscoveryModule, StartupModule],
  providers: [
    {
      provide: EVENTS_OPTIONS,
      inject: [MODULE_OPTIONS_TOKEN, EVENTS_NAME, ModulesContainer],
      useFactory: (given: EventsModuleOptions, { name }: { name: string | undefined }, modules: ModulesContainer) => {
        demandOneOfEachName(modules);
        return resolveModuleOptions(given, name);
      },
    },
  ],
})
export class EventsModule {
  /** The module, with these options. @throws ConfigurationError, when the application starts, that names the option, what came and what it takes */
  static forRoot(options: EventsModuleOptions & EventsModuleExtras): DynamicModule {
    return { ...ConfigurableModuleClass.forRoot(options), module: this };
  }

  /** The same, with options that are made when the application starts: `{ useFactory, inject, imports, name }`. */
  static forRootAsync(options: EventsModuleAsyncOptions): DynamicModule {
    return { ...ConfigurableModuleClass.forRootAsync(options), module: this };
  }
}
