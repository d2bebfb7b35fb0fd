import type { RedisConnection } from '../connection/redis-connection.js';
import type { EventsOptions } from '../options/options.js';
import { ownConnectionOf } from '../publish/durability.js';
import { EventProducer } from '../publish/event-producer.js';
import { StreamClient } from '../stream/clients/stream-client.js';
import { countEvents } from '../telemetry/metrics.js';
import { plainPartsOf, type PlainParts } from './plain-parts.js';

/** A producer with connections of its own. */
export interface PlainProducer extends EventProducer {
  /**
   * Connects. If it fails, no connection stays open.
   *
   * @throws ConfigurationError when this Redis cannot do what the options demand, RedisUnavailableError where it must be there
   */
  start(): Promise<void>;
  /** Waits until everything that was asked for is published or has failed, and closes its connections. */
  stop(): Promise<void>;
}

class StandaloneProducer extends EventProducer implements PlainProducer {
  constructor(
    private readonly parts: PlainParts,
    private readonly own: RedisConnection | undefined,
  ) {
    const { options, partitions, instrumentation, agreement } = parts;
    const client = own ? new StreamClient(own) : parts.client;
    client.publishing.checkFirst(() => agreement.beforeFirstWrite());
    super(options, client, partitions, instrumentation);
  }

  override async start(): Promise<void> {
    try {
      await this.parts.agreement.check();
      await super.start();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.close();
  }

  private close(): void {
    this.own?.close();
    this.parts.connection.close();
  }
}

/**
 * A producer without a framework: `start()` it, publish, and `stop()` it, which waits for what was asked for and closes its
 * connections. Options for consumers have no effect.
 *
 * @throws ConfigurationError that names the option, what came and what it takes
 */
export function createProducer(options: EventsOptions): PlainProducer {
  const parts = plainPartsOf('createProducer', options);
  countEvents(parts.observer, parts.partitions);
  return new StandaloneProducer(parts, ownConnectionOf(parts.options, { watch: parts.watch }));
}
