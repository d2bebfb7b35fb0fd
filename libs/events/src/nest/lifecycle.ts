import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import type { EvictionCheck } from '../operate/eviction-check.js';
import type { Retention } from '../operate/retention.js';
import type { Agreement } from '../create/agreement.js';
import type { EventProducer } from '../publish/event-producer.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { FailureLog } from '../observe/failure-log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Startup } from './startup.js';

/** Starts what one `EventsModule` has when the application starts, and stops it when it ends, in the order that this needs. */
export class Lifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly startup: Startup,
    private readonly agreement: Agreement,
    private readonly producer: EventProducer,
    private readonly failureLog: FailureLog,
    private readonly producerClient: StreamClient,
    private readonly connection: RedisConnection,
    deadLetterLimits: DeadLetterLimits,
    retention: Retention,
    eviction: EvictionCheck,
    metrics: Metrics,
  ) {
    producerClient.publishing.checkFirst(() => agreement.beforeFirstWrite());
    startup.add({
      begin: () => {
        retention.start();
        eviction.start();
        metrics.start();
      },
      end: async () => {
        metrics.stop();
        eviction.stop();
        await Promise.all([retention.stop(), deadLetterLimits.stop()]);
      },
    });
  }

  /** @throws ConfigurationError when this Redis, or what others have agreed on, does not fit the options */
  async onApplicationBootstrap(): Promise<void> {
    await this.startup.attempt(async () => {
      await Promise.all([this.agreement.check(), this.producer.start()]);
    });
  }

  /** Consumers have stopped; what they and others publish until now is waited for. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.producer.stop();
    if (this.producerClient.connection !== this.connection) this.producerClient.connection.close();
  }

  /** Last of all. */
  onApplicationShutdown(): void {
    this.failureLog.stop();
    this.connection.close();
  }
}
