import { Overruns } from '../dispatch/overruns.js';
import { Semaphore } from '../concurrency/semaphore.js';
import { Stopping } from '../concurrency/stopping.js';
import type { RedisConnectionOptions } from '../connection/redis-connection.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import { InFlightDeliveries } from '../read/in-flight-deliveries.js';
import { Troubles } from '../observe/troubles.js';
import { GroupStarts, type StartFrom } from '../stream/clients/group-starts.js';
import { readerName } from '../stream/keys/reader-connection.js';
import { PartitionedReading } from './partitioned-reading.js';
import { PlainReading } from './plain-reading.js';
import type { Reading } from './reading.js';
import type { WorkerContext, WorkerParts } from './worker-parts.js';
import type { WorkerStatus } from './worker-status.js';

/**
 * A worker of a consumer group: reads the streams of its subscriptions, and settles every event. It starts in three steps, {@link prepare},
 * {@link join} and {@link begin}, so that an application whose start fails meanwhile has handled nothing. It stops once, and does not
 * start again.
 */
export class Worker implements WorkerStatus {
  private readonly logger = new SafeLogger(WORKER);
  private readonly context: WorkerContext;
  /** Made when it is known where the group begins. */
  private reading: Reading | undefined;
  private stopped: Promise<void> | undefined;

  constructor(parts: WorkerParts) {
    const { options, client, keyspace, address } = parts;
    const { readAhead: entries, readAheadBytes: bytes, concurrency, overrunMs } = options.consumer;
    const semaphore = new Semaphore(concurrency);
    this.context = {
      ...parts,
      semaphore,
      overruns: new Overruns(overrunMs),
      allInFlight: new InFlightDeliveries({ entries, bytes, concurrency }, () => semaphore.load),
      troubles: new Troubles(),
      stopping: new Stopping(),
      starts: new GroupStarts(client.groups, keyspace.starts(address.group), address.group, options.startFrom),
    };
  }

  get group(): string {
    return this.context.address.group;
  }

  get streams(): readonly string[] {
    return this.context.subscriptions.map(({ streamName }) => streamName);
  }

  get partitions(): readonly number[] {
    return this.reading?.partitions ?? [];
  }

  get idleMs(): number {
    return this.reading?.idleMs ?? 0;
  }

  get trouble(): string | undefined {
    return this.context.troubles.current;
  }

  get stuck(): string | undefined {
    return this.context.overruns.stuck;
  }

  get inFlight(): number {
    return this.context.allInFlight.size;
  }

  get deferred(): number {
    return this.context.allInFlight.deferredCount;
  }

  /** Finds where the group begins, and logs which handler gets which stream. @throws RedisUnavailableError when Redis is not there */
  async prepare(): Promise<void> {
    await this.findStarts();
    const { context, connection } = this;
    const { subscriptions, partitions, address } = context;
    const isPartitioned = partitions.count > 1;
    this.reading = isPartitioned ? new PartitionedReading(context, connection) : new PlainReading(context, connection);
    for (const { streamName, handlers } of subscriptions) {
      const others = isPartitioned ? ` and ${String(partitions.count - 1)} more` : '';
      for (const { name } of handlers) {
        this.logger.log(`${name} ← ${partitions.at(0).stream(streamName)}${others} as ${address.group}`);
      }
    }
  }

  /** Joins the group; reads nothing yet. @throws RedisUnavailableError when Redis is not there */
  async join(): Promise<void> {
    if (!this.context.stopping.isStopping) await this.reading?.join();
  }

  /** Begins to read and handle. Never throws. */
  begin(): void {
    if (this.context.stopping.isStopping) return;
    this.context.deadLetterLimits.begin(this.streams);
    this.reading?.begin();
  }

  /** All three steps. @throws RedisUnavailableError when Redis is not there */
  async start(): Promise<void> {
    await this.prepare();
    await this.join();
    this.begin();
  }

  /** Stops reading, finishes what runs within `consumer.drainMs`, and hands back the rest. Never throws. */
  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<void> {
    const { stopping } = this.context;
    stopping.begin();
    await this.reading?.stop();
    stopping.giveUp();
  }

  /** Finds where the group begins on streams where it is new, and logs it: history may be longer than the user thinks. */
  private async findStarts(): Promise<void> {
    const { options, partitions, subscriptions, starts, address } = this.context;
    for (const { streamName } of subscriptions) {
      const found = await starts.find(partitions.all.map((keyspace) => keyspace.stream(streamName)));
      const length = found.reduce((sum, one) => sum + one.length, 0);
      if (length === 0 || found.some(({ hasGroup }) => hasGroup)) continue;
      this.logger.log(
        `${address.group} is a new group of ${found[0]?.key ?? streamName}, which has ${String(length)} entries: ` +
          `${shownStart(options.startFrom)} (option startFrom)`,
      );
    }
  }

  /** The connection that waits for entries. */
  private get connection(): RedisConnectionOptions {
    const { options, address, watch } = this.context;
    const { source, commandTimeoutMs, consumer } = options;
    return {
      name: readerName(source, address.consumer),
      timeoutMs: commandTimeoutMs,
      blockMs: consumer.blockMs,
      watch,
    };
  }
}

function shownStart(startFrom: StartFrom): string {
  if (startFrom === 'beginning') return 'it starts with the first of them';
  if (startFrom === 'now') return 'it starts with what comes after them';
  return `it starts with the first that is not before ${startFrom instanceof Date ? startFrom.toISOString() : startFrom}`;
}
