import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OutageWatch } from '../connection/outage-watch.js';
import { RedisConnection, type RedisConnectionOptions } from '../connection/redis-connection.js';
import { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import { HandlerRunner } from '../dispatch/handler-runner.js';
import { HandlerExplorer } from './handler-explorer.js';
import { Overruns } from '../dispatch/overruns.js';
import { Semaphore } from '../concurrency/semaphore.js';
import { subscriptionsOf, type Subscription } from '../dispatch/subscriptions.js';
import { ConfigurationError } from '../model/errors/configuration.js';
import { ShutdownHooksCheck } from './shutdown-hooks-check.js';
import { Startup } from './startup.js';
import { EVENTS_OPTIONS } from './tokens.js';
import type { ResolvedOptions } from '../options/options.js';
import { EventsObserver } from '../model/events-observer.js';
import { Pipeline } from '../worker/pipeline.js';
import { PartitionAgreement } from '../partitions/partition-agreement.js';
import { PartitionedWorker } from '../worker/partitioned-worker.js';
import { SubjectKeys } from '../personal/subject-keys.js';
import { SafeLogger } from '../log/safe-logger.js';
import { Settler } from '../settle/settler.js';
import { Keyspace } from '../stream/keyspace.js';
import { Partitions } from '../stream/partitions.js';
import { EntryReader } from '../stream/entry-reader.js';
import { GroupStarts, type StartFrom } from '../stream/group-starts.js';
import { StreamClient } from '../stream/stream-client.js';
import { Instrumentation } from '../model/instrumentation.js';
import { Claims } from '../read/claims.js';
import { newConsumerName } from '../read/consumer-name.js';
import { InFlightDeliveries } from '../read/in-flight.js';
import { readerName } from '../stream/reader-connection.js';
import { Source } from '../read/source.js';
import { Stopping } from '../concurrency/stopping.js';
import { StreamReader } from '../read/stream-reader.js';
import { Troubles } from '../read/troubles.js';

/**
 * The consumer-group worker of this process: it finds the handlers, reads their streams, and sees every event through
 * to its settlement. It reads when the whole application is up, and stops with it, before the other modules: no new event,
 * running handlers get `consumer.drainMs`, the rest is handed back to the other workers.
 */
@Injectable()
export class EventConsumer implements OnApplicationBootstrap, OnModuleDestroy {
  /** This worker's name in its group. */
  readonly name = newConsumerName();
  private readonly logger = new SafeLogger(EventConsumer.name);
  private readonly stopping = new Stopping();
  private readonly troubles = new Troubles();
  private readonly semaphore: Semaphore;
  private readonly overruns: Overruns;
  private readonly allInFlight: InFlightDeliveries;
  private readingConnection: RedisConnection | undefined;
  private reader: StreamReader | undefined;
  private claims: Claims | undefined;
  private isReading = false;
  private partitioned: PartitionedWorker | undefined;
  private sources: readonly Source[] = [];
  private subscriptions: readonly Subscription[] = [];
  private loops: Promise<unknown> = Promise.resolve();
  private keeping: Promise<void> = Promise.resolve();
  private readonly hooksCheck = new ShutdownHooksCheck();
  private ending: Promise<void> | undefined;

  constructor(
    @Inject(EVENTS_OPTIONS) private readonly options: ResolvedOptions,
    private readonly explorer: HandlerExplorer,
    private readonly client: StreamClient,
    private readonly keyspace: Keyspace,
    private readonly observer: EventsObserver,
    private readonly watch: OutageWatch,
    private readonly divided: Partitions,
    private readonly agreement: PartitionAgreement,
    private readonly instrumentation: Instrumentation,
    private readonly startup: Startup,
    private readonly letters: DeadLetterLimits,
  ) {
    startup.add({
      prepare: async () => {
        await this.partitioned?.join();
      },
      begin: () => {
        this.begin();
      },
      end: () => this.onModuleDestroy(),
    });
    const { readAhead: entries, readAheadBytes: bytes, concurrency } = options.consumer;
    this.semaphore = new Semaphore(concurrency);
    this.overruns = new Overruns(options.consumer.overrunMs);
    this.allInFlight = new InFlightDeliveries({ entries, bytes, concurrency }, () => this.semaphore.load);
  }

  /** Whether this process consumes anything at all. */
  get isConsuming(): boolean {
    return this.reader !== undefined || this.partitioned !== undefined;
  }

  /** Its group; undefined where there are no handlers. */
  get group(): string | undefined {
    return this.isConsuming ? this.options.group : undefined;
  }

  /** How long ago the reading loop last went round, in milliseconds; liveness is this, not an answered ping. */
  get idleMs(): number {
    return (this.partitioned ?? this.reader)?.idleMs ?? 0;
  }

  /** What this worker fails at at present, since when and why: reading, settling, taking over; undefined while nothing does. */
  get trouble(): string | undefined {
    return this.troubles.current;
  }

  /** Entries that are held at present: waiting, running, or waiting for their retry. */
  get held(): number {
    return this.allInFlight.size;
  }

  /**
   * What makes this worker unhealthy: a handler that goes on for more than `consumer.overrunMs` after its time limit.
   * Undefined for none.
   */
  get stuck(): string | undefined {
    return this.overruns.stuck;
  }

  /**
   * Entries that are this worker's, too, and wait in Redis, behind others of their keys or for their retries, since there is no room
   * for them.
   */
  get setAside(): number {
    return this.allInFlight.setAside;
  }

  /** The streams' names, without prefix, that this worker reads. */
  get streams(): readonly string[] {
    return this.subscriptions.map(({ stream }) => stream);
  }

  /** The numbers of the partitions that this worker owns at present; of one partition every worker reads. */
  get partitions(): readonly number[] {
    return this.partitioned?.partitions ?? (this.reader ? [0] : []);
  }

  /** @throws ConfigurationError for handlers that cannot work, RedisUnavailableError when Redis is not there */
  onApplicationBootstrap(): Promise<void> {
    return this.startup.attempt(() => this.prepare());
  }

  /** Stops, once; it is asked to before the other modules are. */
  onModuleDestroy(): Promise<void> {
    return (this.ending ??= this.end());
  }

  /** Everything but reading: nobody knows yet whether the other modules start. */
  private async prepare(): Promise<void> {
    const subscriptions = subscriptionsOf(this.explorer.explore(), this.options.ignore, this.options.consumer);
    if (subscriptions.length === 0) return;
    const { group } = this.options;
    if (group === undefined) {
      const names = subscriptions.flatMap(({ handlers }) => handlers.map(({ name }) => name));
      throw new ConfigurationError(`EventsModule: expected group, since there are handlers: ${names.join(', ')}`);
    }
    await this.agreement.reach();
    await this.build(subscriptions, { group, consumer: this.name });
  }

  private begin(): void {
    if (!this.isConsuming) return;
    this.hooksCheck.begin();
    this.letters.begin(this.streams);
    this.partitioned?.begin();
    if (!this.reader || !this.claims) return;
    this.isReading = true;
    this.loops = Promise.all([this.reader.run(), this.claims.takeOver()]);
    this.keeping = this.claims.keep();
  }

  private async end(): Promise<void> {
    this.hooksCheck.end();
    this.stopping.begin();
    if (this.partitioned) {
      await this.partitioned.stop();
      this.stopping.giveUp();
      return;
    }
    if (!this.isReading) return;
    const deadline = setTimeout(() => {
      this.stopping.giveUp();
      this.allInFlight.loseAll();
    }, this.options.consumer.drainMs);
    // The read that is on its way may still bring entries; they are handed back with the rest.
    await Promise.all([this.loops, this.keeping]);
    clearTimeout(deadline);
    this.stopping.giveUp();
    await this.leave();
    this.readingConnection?.close();
  }

  private async build(
    subscriptions: readonly Subscription[],
    address: { group: string; consumer: string },
  ): Promise<void> {
    const {
      client,
      keyspace,
      observer,
      stopping,
      allInFlight,
      options,
      semaphore,
      overruns,
      divided,
      instrumentation,
      troubles,
      letters,
    } = this;
    this.subscriptions = subscriptions;
    const starts = new GroupStarts(client, keyspace.starts(address.group), address.group, options.startFrom);
    await this.findStarts(starts, subscriptions, address.group);
    if (divided.count > 1) {
      const parts = { address, subscriptions, client, partitions: divided, allInFlight, semaphore, overruns, options, observer, stopping, instrumentation, starts, troubles, letters }; // prettier-ignore
      this.partitioned = new PartitionedWorker(parts, keyspace, this.reading);
      for (const { stream, handlers } of subscriptions) {
        for (const { name } of handlers) {
          this.logger.log(`${name} ← ${divided.at(0).stream(stream)} and ${String(divided.count - 1)} more as ${address.group}`); // prettier-ignore
        }
      }
      return;
    }
    const subjectKeys = new SubjectKeys(client);
    const settler = new Settler(
      client,
      keyspace,
      address,
      () => stopping.isOver,
      instrumentation,
      letters.maxBytes,
      subjectKeys,
      troubles,
    );
    const transactions = { client, keyspace, partitions: divided, source: options.source, limits: options.producer, instrumentation, erasure: options.erasure, subjectKeys }; // prettier-ignore
    const runner = new HandlerRunner(address, semaphore, overruns, settler, transactions, observer, stopping, instrumentation, options.consumer.claimAfterMs, letters); // prettier-ignore
    const pipeline = new Pipeline(allInFlight, runner, stopping);
    this.sources = subscriptions.flatMap((subscription) =>
      [
        keyspace.channel(subscription.stream, address.group, starts.of(keyspace.stream(subscription.stream))),
        keyspace.replays(subscription.stream, address.group),
      ].map(
        (channel) =>
          new Source(subscription, address, channel, client, allInFlight, pipeline, observer, instrumentation),
      ),
    );
    for (const source of this.sources) {
      await source.ensureGroup();
      if (source.isReplay) continue;
      for (const { name } of source.subscription.handlers) {
        this.logger.log(`${name} ← ${source.key} as ${address.group}`);
      }
    }
    this.readingConnection = new RedisConnection(options.redis, this.reading);
    const reading = new EntryReader(this.readingConnection, options.commandTimeoutMs);
    this.reader = new StreamReader(
      reading,
      this.sources,
      address,
      allInFlight,
      options,
      stopping,
      instrumentation,
      troubles,
    );
    this.claims = new Claims(client, keyspace.watch(address.group), address, this.sources, allInFlight, options.consumer, observer, stopping, troubles); // prettier-ignore
  }

  /** Finds where the group begins on streams on which it is new, and says so: history may be more than was meant. */
  private async findStarts(starts: GroupStarts, subscriptions: readonly Subscription[], group: string): Promise<void> {
    const { options, divided, logger } = this;
    for (const { stream } of subscriptions) {
      const found = await starts.find(divided.all.map((keyspace) => keyspace.stream(stream)));
      const length = found.reduce((sum, one) => sum + one.length, 0);
      if (length === 0 || found.some(({ hasGroup }) => hasGroup)) continue;
      logger.log(
        `${group} is a new group of ${found[0]?.key ?? stream}, which has ${String(length)} entries: ` +
          `${shownStart(options.startFrom)} (option startFrom)`,
      );
    }
  }

  /** The connection that waits for entries. */
  private get reading(): RedisConnectionOptions {
    const { source, commandTimeoutMs, consumer } = this.options;
    return {
      name: readerName(source, this.name),
      timeoutMs: commandTimeoutMs,
      blockMs: consumer.blockMs,
      watch: this.watch,
    };
  }

  private async leave(): Promise<void> {
    // All at once: while Redis is away, each of them takes its time.
    await Promise.all(this.sources.map((source) => this.leaveOne(source)));
    await this.claims?.leave().catch(() => undefined);
  }

  private async leaveOne({ consumerAddress }: Source): Promise<void> {
    const { stream, group } = consumerAddress;
    try {
      const count = await this.client.leave(consumerAddress, this.options.consumer.claimAfterMs);
      if (count === 0) return;
      this.logger.warn(`Handed back ${String(count)} entries of ${stream}`);
      this.observer.emit({ kind: 'handed-back', stream, group, count });
    } catch (error) {
      this.logger.warn(`Could not leave ${group} of ${stream}; others take over: ${(error as Error).message}`);
    }
  }
}

function shownStart(startFrom: StartFrom): string {
  if (startFrom === 'beginning') return 'it starts with the first of them';
  if (startFrom === 'now') return 'it starts with what comes after them';
  return `it starts with the first that is not before ${startFrom instanceof Date ? startFrom.toISOString() : startFrom}`;
}
