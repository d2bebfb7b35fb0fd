import { Stopping } from '../concurrency/stopping.js';
import type { LeaseLostError } from '../model/errors/delivery.js';
import type { StreamSource } from '../read/stream-source.js';
import { FencedClient } from '../stream/clients/fenced-client.js';
import { buildPipeline } from './build-pipeline.js';
import { PartitionLease } from './partition-lease.js';
import { PartitionStreams } from './partition-streams.js';
import type { Pipeline } from './pipeline.js';
import type { WorkerContext } from './worker-parts.js';

/**
 * A partition while this worker owns it: from one lease's beginning to its end. What was read of it is settled under the
 * epoch of that lease, so that nothing is applied after its end.
 */
export class OwnedPartition {
  /** Stops this partition's deliveries, while the worker's others go on. */
  readonly stopping = new Stopping();
  readonly lease: PartitionLease;
  readonly streams: PartitionStreams;
  private readonly client: FencedClient;
  private readonly sources: readonly StreamSource[];
  private readonly pipeline: Pipeline;
  /** When consumers that are gone are to be removed, by the clock of `performance.now()`. */
  private sweepAt = 0;

  /**
   * @param acquiredMs when the lease was asked for, by the clock of `performance.now()`
   * @param onLost called once, when another worker has the partition, or may have it
   */
  constructor(
    readonly number: number,
    readonly epoch: number,
    acquiredMs: number,
    private readonly context: WorkerContext,
    private readonly onLost: (error: LeaseLostError) => void,
  ) {
    const { address, options, partitions } = context;
    const { leaseMs, unknownGraceMs: graceMs } = options.consumer;
    const keyspace = partitions.at(number);
    const instrumentation = context.instrumentation.ofPartition(number);
    const fence = {
      partition: keyspace.prefix,
      lease: keyspace.lease(address.group),
      worker: address.consumer,
      epoch,
    };
    this.client = new FencedClient(
      context.client.connection,
      fence,
      (error) => {
        this.lease.lose(error);
      },
      () => {
        this.streams.expectOverdue(graceMs);
      },
    );
    const { client, stopping } = this;
    this.lease = new PartitionLease(client, fence, leaseMs, acquiredMs, (error) => {
      this.stopAfterLoss(error);
    });
    const { pipeline, sources } = buildPipeline(context, {
      keyspace,
      client,
      instrumentation,
      stopping,
      isOver: () => stopping.isOver || context.stopping.isOver,
      takeoverAfterMs: leaseMs,
    });
    this.pipeline = pipeline;
    this.sources = sources;
    this.streams = new PartitionStreams({ client, address, sources, graceMs, instrumentation });
  }

  /** Whether anything of a partition, of this ownership or an earlier one, is still at work here. */
  static isBusy(number: number, { address, subscriptions, partitions, allInFlight }: WorkerContext): boolean {
    const keyspace = partitions.at(number);
    return subscriptions.some(({ streamName }) =>
      [keyspace.channel(streamName, address.group), keyspace.replays(streamName, address.group)].some(
        ({ key }) => allInFlight.idsOf(key).length > 0,
      ),
    );
  }

  /** Removes consumers of the dead, now and then. */
  async sweep(): Promise<void> {
    const { forgetAfterMs } = this.context.options.consumer;
    const now = performance.now();
    if (now < this.sweepAt) return;
    this.sweepAt = now + forgetAfterMs;
    for (const { consumerAddress } of this.sources) {
      await this.client.watch.removeConsumers(consumerAddress, forgetAfterMs);
    }
  }

  /** Begins nothing more, and waits for what runs, at most `consumer.drainMs`. */
  async drain(): Promise<void> {
    this.stopping.begin();
    await this.streams.untilRead();
    const { allInFlight, options } = this.context;
    const isIdle = (): boolean => !OwnedPartition.isBusy(this.number, this.context);
    if (!isIdle()) await allInFlight.changes.next(options.consumer.drainMs, isIdle);
    this.stopping.giveUp();
    this.drop(this.lease.errorBecause('it was handed over'));
  }

  /** Hands back what is not settled, and gives the partition to whoever comes. @returns how much was handed back */
  async release(): Promise<number> {
    const { claimAfterMs } = this.context.options.consumer;
    const counts = await Promise.all(
      this.sources.map(({ consumerAddress }) => this.client.claims.handBack(consumerAddress, claimAfterMs)),
    );
    await this.lease.release();
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private stopAfterLoss(error: LeaseLostError): void {
    // What is being committed goes on: if nobody else has the partition, Redis takes it.
    this.stopping.begin();
    this.drop(error);
    this.onLost(error);
  }

  /** All that is held of the partition is another worker's. */
  private drop(error: LeaseLostError): void {
    const { allInFlight } = this.context;
    this.pipeline.close();
    for (const { streamKey } of this.sources) {
      for (const id of allInFlight.idsOf(streamKey)) allInFlight.get(streamKey, id)?.lose(error);
    }
  }
}
