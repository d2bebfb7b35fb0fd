import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TerminusModule } from '@nestjs/terminus';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { EventsModule, type EventClass } from 'nestjs-event-streams';
import { EventsHealthIndicator } from 'nestjs-event-streams/terminus';
import { readConfiguration, redisOf, ServiceConfiguration, type ConfigurationClass } from './configuration.js';
import { EventLog } from './event-log.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { throttleOf } from './requests/throttle.js';
import { OperatorGuard } from './operators/operator.guard.js';
import { ShopLogger } from './shop-logger.js';
import { PrometheusReader } from './telemetry/prometheus-reader.js';

/** The definition of an app of the shop. */
export interface ServiceDefinition<T extends ServiceConfiguration = ServiceConfiguration> {
  /** `order-service` */
  name: string;
  /** The `source` of its events: `order_service`. */
  source: string;
  /** The prefix of its state: `order` gives `ecommerce:order:…`. */
  state: string;
  /** Its consumer group, if it has handlers. */
  group?: string;
  /** Event classes on its streams that it ignores. */
  events?: readonly EventClass[];
  configuration: ConfigurationClass<T>;
  /** Its own module: handlers and controllers. */
  module: Type;
  /** Reads how many partitions the streams have, once, at the start. @default 1 */
  partitions?: (configuration: T) => Promise<number>;
  /** The maximum size of a request's body, in bytes. @default MAX_BODY_BYTES, enough for an order */
  maxBodyBytes?: number;
  /** The address that it listens on. @default HOST */
  host?: (configuration: T) => string;
  /** Protects it from unauthorized users and the pages of other sites. @default protect of @shop/access, for an app without pages */
  protect?: (app: NestExpressApplication) => void;
  /** Whether its own guard decides who may change something. @default false: OperatorGuard decides, by the operators' token */
  guardsChanges?: boolean;
  /** Adds middleware, documentation and the like before it listens. */
  prepare?: (app: NestExpressApplication) => void | Promise<void>;
}

/** The parts that all apps have: settings, events, log, health and metrics. Imports the app's own module. */
@Module({})
export class ServiceModule {
  /**
   * @param metrics the reader of `GET /metrics`
   * @throws EnvironmentError if a setting is not valid, before anything connects
   */
  static async of<T extends ServiceConfiguration>(
    definition: ServiceDefinition<T>,
    metrics: PrometheusReader,
  ): Promise<DynamicModule> {
    const { configuration, name, source, state, group, events, partitions, guardsChanges = false } = definition;
    const environment = await ConfigModule.forRoot({
      isGlobal: true,
      // Returns the environment unchanged: what it returns is written to process.env, which must not get secrets from files.
      validate: (env) => {
        readConfiguration(configuration, env);
        return env;
      },
    });
    const provided = [
      // Depends on ConfigService, which has validated the settings.
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
            // EventLog writes these lines, with structured fields.
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
        EventsHealthIndicator,
        // In this order: requests beyond the rate limit are not checked further.
        { provide: APP_GUARD, useClass: ThrottlerGuard },
        ...(guardsChanges ? [] : [{ provide: APP_GUARD, useClass: OperatorGuard }]),
        { provide: PrometheusReader, useValue: metrics },
      ],
    };
  }
}

@Module({})
class SettingsModule {}
