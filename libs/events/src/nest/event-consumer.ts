import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OutageWatch } from '../connection/outage-watch.js';
import { subscriptionsOf } from '../delivery/subscriptions.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { EventsObserver } from '../observe/events-observer.js';
import { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import type { ResolvedOptions } from '../options/options.js';
import { Agreement } from '../create/agreement.js';
import { newConsumerName } from '../read/consumer-name.js';
import { Keyspace } from '../stream/keys/keyspace.js';
import { Partitions } from '../stream/keys/partitions.js';
import { StreamClient } from '../stream/clients/stream-client.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { Worker } from '../worker/worker.js';
import { HandlerExplorer } from './handler-explorer.js';
import { ShutdownHooksCheck } from './shutdown-hooks-check.js';
import { Startup } from './startup.js';
import { EVENTS_OPTIONS, INSTRUMENTATION } from './tokens.js';

/**
 * The worker of this process: it calls the handlers that Nest knows. It begins to read when the whole application is up. It stops
 * before the other modules do: it reads nothing more, waits `consumer.drainMs` for running handlers, and hands the rest back to the
 * other workers.
 */
@Injectable()
export class EventConsumer implements OnApplicationBootstrap, OnModuleDestroy {
  /** This worker's name in its group. */
  readonly name = newConsumerName();
  private worker: Worker | undefined;
  private readonly hooksCheck = new ShutdownHooksCheck();

  /** @internal */
  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedOptions,
    private readonly explorer: HandlerExplorer,
    private readonly client: StreamClient,
    private readonly keyspace: Keyspace,
    private readonly observer: EventsObserver,
    private readonly watch: OutageWatch,
    private readonly allPartitions: Partitions,
    private readonly agreement: Agreement,
    @Inject(INSTRUMENTATION) private readonly instrumentation: Instrumentation,
    private readonly startup: Startup,
    private readonly deadLetterLimits: DeadLetterLimits,
  ) {
    startup.add({
      prepare: async () => {
        await this.worker?.join();
      },
      begin: () => {
        if (!this.worker) return;
        this.hooksCheck.begin();
        this.worker.begin();
      },
      end: () => this.onModuleDestroy(),
    });
  }

  /** Whether this process consumes events; false if it has no handlers. */
  get isConsuming(): boolean {
    return this.worker !== undefined;
  }

  /** Its consumer group; undefined if there are no handlers. */
  get group(): string | undefined {
    return this.worker?.group;
  }

  /** How long ago the reading loop began its last round, in milliseconds. This is liveness; an answered ping is not. */
  get idleMs(): number {
    return this.worker?.idleMs ?? 0;
  }

  /** What fails now (reading, settling or taking over), since when and why, in words; undefined while nothing does. */
  get trouble(): string | undefined {
    return this.worker?.trouble;
  }

  /** How many entries are in flight: read and not settled. They wait, run, or are in a retry pause. */
  get inFlight(): number {
    return this.worker?.inFlight ?? 0;
  }

  /** Why this worker is unhealthy, in words: a handler runs on for more than `consumer.overrunMs` after its time limit. Else undefined. */
  get stuck(): string | undefined {
    return this.worker?.stuck;
  }

  /** How many entries are deferred: they are this worker's, and wait in Redis for room. */
  get deferred(): number {
    return this.worker?.deferred ?? 0;
  }

  /** The names, without prefix, of the streams that this worker reads. */
  get streams(): readonly string[] {
    return this.worker?.streams ?? [];
  }

  /** The numbers of the partitions that this worker reads now; without partitions all workers read partition 0. */
  get partitions(): readonly number[] {
    return this.worker?.partitions ?? [];
  }

  /** NestJS calls it. @throws ConfigurationError for handlers that cannot work, RedisUnavailableError when Redis is not there */
  onApplicationBootstrap(): Promise<void> {
    return this.startup.attempt(() => this.prepare());
  }

  /** NestJS calls it, before the other modules stop. It stops once. */
  async onModuleDestroy(): Promise<void> {
    this.hooksCheck.end();
    await this.worker?.stop();
  }

  /** Everything but reading: another module may still refuse the start. */
  private async prepare(): Promise<void> {
    const {
      options,
      client,
      keyspace,
      observer,
      watch,
      allPartitions: partitions,
      instrumentation,
      deadLetterLimits,
    } = this;
    const subscriptions = subscriptionsOf(this.explorer.explore(), options.ignore, options.consumer);
    if (subscriptions.length === 0) return;
    const { group } = options;
    if (group === undefined) {
      const names = subscriptions.flatMap(({ handlers }) => handlers.map(({ name }) => name));
      throw new ConfigurationError(`${options.caller}: expected group, since there are handlers: ${names.join(', ')}`);
    }
    const address = { group, consumer: this.name };
    const parts = { address, subscriptions, client, keyspace, partitions, options, observer, instrumentation, watch, deadLetterLimits }; // prettier-ignore
    this.worker = new Worker(parts);
    await this.agreement.reach();
    await this.worker.prepare();
  }
}
