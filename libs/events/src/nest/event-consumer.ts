import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OutageWatch } from '../connection/outage-watch.js';
import { subscriptionsOf } from '../delivery/subscriptions.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { EventsObserver } from '../model/events-observer.js';
import { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import type { ResolvedOptions } from '../options/options.js';
import { Agreement } from '../partitions/agreement.js';
import { newConsumerName } from '../read/consumer-name.js';
import { Keyspace } from '../stream/keyspace.js';
import { Partitions } from '../stream/partitions.js';
import { StreamClient } from '../stream/stream-client.js';
import type { Instrumentation } from '../model/instrumentation.js';
import { Worker } from '../worker/worker.js';
import { HandlerExplorer } from './handler-explorer.js';
import { ShutdownHooksCheck } from './shutdown-hooks-check.js';
import { Startup } from './startup.js';
import { EVENTS_OPTIONS, INSTRUMENTATION } from './tokens.js';

/**
 * The consumer-group worker of this process, for the handlers that Nest knows. It reads when the whole application is up, and
 * stops with it, before the other modules: no new event, running handlers get `consumer.drainMs`, the rest is handed back to
 * the other workers.
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
    private readonly divided: Partitions,
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

  /** Whether this process consumes anything at all. */
  get isConsuming(): boolean {
    return this.worker !== undefined;
  }

  /** Its group; undefined where there are no handlers. */
  get group(): string | undefined {
    return this.worker?.group;
  }

  /** How long ago the reading loop last went round, in milliseconds; liveness is this, not an answered ping. */
  get idleMs(): number {
    return this.worker?.idleMs ?? 0;
  }

  /** What this worker fails at at present, since when and why: reading, settling, taking over; undefined while nothing does. */
  get trouble(): string | undefined {
    return this.worker?.trouble;
  }

  /** Entries that are held at present: waiting, running, or waiting for their retry. */
  get held(): number {
    return this.worker?.held ?? 0;
  }

  /**
   * What makes this worker unhealthy: a handler that goes on for more than `consumer.overrunMs` after its time limit.
   * Undefined for none.
   */
  get stuck(): string | undefined {
    return this.worker?.stuck;
  }

  /**
   * Entries that are this worker's, too, and wait in Redis, behind others of their keys or for their retries, since there is no room
   * for them.
   */
  get deferred(): number {
    return this.worker?.deferred ?? 0;
  }

  /** The streams' names, without prefix, that this worker reads. */
  get streams(): readonly string[] {
    return this.worker?.streams ?? [];
  }

  /** The numbers of the partitions that this worker owns at present; of one partition every worker reads. */
  get partitions(): readonly number[] {
    return this.worker?.partitions ?? [];
  }

  /** @throws ConfigurationError for handlers that cannot work, RedisUnavailableError when Redis is not there */
  onApplicationBootstrap(): Promise<void> {
    return this.startup.attempt(() => this.prepare());
  }

  /** Stops, once; it is asked to before the other modules are. */
  async onModuleDestroy(): Promise<void> {
    this.hooksCheck.end();
    await this.worker?.stop();
  }

  /** Everything but reading: nobody knows yet whether the other modules start. */
  private async prepare(): Promise<void> {
    const { options, client, keyspace, observer, watch, divided: partitions, instrumentation, deadLetterLimits } = this;
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
