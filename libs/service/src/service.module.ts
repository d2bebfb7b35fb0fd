import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { EventsModule, type EventClass } from 'nestjs-event-streams';
import { readConfiguration, redisOf, ServiceConfiguration, type ConfigurationClass } from './configuration.js';
import { EventLog } from './event-log.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { throttleOf } from './requests/throttle.js';
import { OperatorGuard } from './operators/operator.guard.js';
import { ShopLogger } from './shop-logger.js';
import { PrometheusReader } from './telemetry/prometheus-reader.js';

/** What tells one app of the shop from another. */
export interface ServiceDefinition<T extends ServiceConfiguration = ServiceConfiguration> {
  /** `order-service` */
  name: string;
  /** The `source` of its events: `order_service`. */
  source: string;
  /** Where it keeps its state: `order` gives `ecommerce:order:…`. */
  state: string;
  /** Its consumer group, if it has handlers. */
  group?: string;
  /** Event classes on its streams that it ignores. */
  events?: readonly EventClass[];
  configuration: ConfigurationClass<T>;
  /** Its own module: handlers and controllers. */
  module: Type;
  /** How many partitions the streams of its prefix have, if not one; it is asked for once, at the start. */
  partitions?: (configuration: T) => Promise<number>;
  /** Bytes that the body of a request may have, if not as many as an order. */
  largestBody?: number;
  /** Where it listens, if not at `HOST`. */
  host?: (configuration: T) => string;
  /** What keeps strangers and other sites' pages from it, if not what is enough for an app without pages. */
  protect?: (app: NestExpressApplication) => void;
  /** Whether it says by a guard of its own who may change something; if not, those who have the operators' token may. */
  guardsChanges?: boolean;
  /** What the application needs besides its module, before it listens: middleware, documentation. */
  prepare?: (app: NestExpressApplication) => void | Promise<void>;
}

/** What all apps have: settings, events, log, health and metrics, around the app's own module. */
@Module({})
export class ServiceModule {
  /**
   * @param metrics what `GET /metrics` collects
   * @throws EnvironmentError when a setting is wrong, before anything connects
   */
  static async of<T extends ServiceConfiguration>(
    definition: ServiceDefinition<T>,
    metrics: PrometheusReader,
  ): Promise<DynamicModule> {
    const { configuration, name, source, state, group, events, partitions, guardsChanges = false } = definition;
    const environment = await ConfigModule.forRoot({
      isGlobal: true,
      // What it gives becomes part of the process' environment: no secret that came from a file.
      validate: (env) => {
        readConfiguration(configuration, env);
        return env;
      },
    });
    const provided = [
      // ConfigService first: by then the settings are checked.
      {
        provide: configuration,
        inject: [ConfigService],
        useFactory: () => readConfiguration(configuration, process.env),
      },
      ...(configuration === ServiceConfiguration
        ? []
        : [{ provide: ServiceConfiguration, useExisting: configuration }]),
      {
        provide: ShopLogger,
        inject: [configuration],
        useFactory: ({ LOG_FORMAT, LOG_LEVEL }: T) =>
          new ShopLogger({ app: name, format: LOG_FORMAT, level: LOG_LEVEL }),
      },
    ];
    const settings: DynamicModule = {
      module: SettingsModule,
      global: true,
      imports: [environment],
      providers: provided,
      exports: provided.map(({ provide }) => provide),
    };
    return {
      module: ServiceModule,
      imports: [
        settings,
        EventsModule.forRootAsync({
          inject: [configuration],
          useFactory: async (config: T) => ({
            redis: redisOf(config),
            prefix: config.EVENTS_PREFIX,
            source,
            state,
            ...(group === undefined ? {} : { group }),
            ...(events === undefined ? {} : { ignore: events }),
            ...(partitions === undefined ? {} : { partitions: await partitions(config) }),
            erasure: config.SHOP_ERASURE === 'on',
            // EventLog writes them, with fields of their own.
            logFailures: false,
            consumer: {
              concurrency: config.EVENTS_CONCURRENCY,
              claimAfterMs: config.EVENTS_CLAIM_AFTER_MS,
              unknownGraceMs: config.EVENTS_UNKNOWN_GRACE_MS,
              drainMs: config.SHUTDOWN_TIMEOUT_MS,
            },
          }),
        }),
        TerminusModule.forRoot({ logger: false }),
        ThrottlerModule.forRootAsync({
          inject: [configuration],
          useFactory: ({ REQUESTS_PER_SECOND }: T) => throttleOf(REQUESTS_PER_SECOND),
        }),
        definition.module,
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        EventLog,
        // In this order: what is too much is not looked at.
        { provide: APP_GUARD, useClass: ThrottlerGuard },
        ...(guardsChanges ? [] : [{ provide: APP_GUARD, useClass: OperatorGuard }]),
        { provide: PrometheusReader, useValue: metrics },
      ],
    };
  }
}

@Module({})
class SettingsModule {}
