import { LeaseLostError } from '../model/errors/delivery.js';
import { buildPipeline } from './build-pipeline.js';
import type { Pipeline } from './pipeline.js';
import type { StreamSource } from '../read/stream-source.js';
import { Stopping } from '../concurrency/stopping.js';
import { FencedClient, type PartitionReply } from '../stream/fenced-client.js';
import { FIRST_PAGE } from '../stream/claimed-entry.js';
import { linesOf } from '../stream/waiting.js';
import type { Instrumentation } from '../model/instrumentation.js';
import type { WorkerContext } from './worker-parts.js';

/** One stream of the partition, and how far it was read. */
interface Position {
  source: StreamSource;
  /** Where to go on with what is pending; undefined when all of it was taken. */
  pendingFrom: string | undefined;
  /** The last entry that the group was given; undefined before the first read. */
  last: string | undefined;
}

/** Renewals within the time of a lease: two may be late before one is lost. */
const RENEWALS = 3;

/**
 * A partition while this worker owns it: from one lease's beginning to its end. What was read of it is settled under the
 * epoch of that lease, so that nothing is applied after its end.
 */
export class OwnedPartition {
  /** Stops this partition's deliveries, while the worker's others go on. */
  readonly stopping = new Stopping();
  /** Whether there may be something to read. */
  isDue = true;
  private readonly client: FencedClient;
  private readonly instrumentation: Instrumentation;
  private readonly positions: Position[];
  private readonly pipeline: Pipeline;
  private reading: Promise<unknown> = Promise.resolve();
  private validUntil: number;
  /** When consumers that are gone are to be removed, by the clock of `performance.now()`. */
  private sweepAt = 0;
  private lost: LeaseLostError | undefined;
  private foundUnknown = false;
  /** When the first of what waits for a worker that handles it is overdue, by the clock of `performance.now()`. */
  private overdueAt = Infinity;
  /** What this worker handles, by the streams' places; see {@link FencedClient.readPartition}. */
  private readonly handled: readonly string[];

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
    const keyspace = partitions.at(number);
    const fence = {
      partition: keyspace.prefix,
      lease: keyspace.lease(address.group),
      worker: address.consumer,
      epoch,
    };
    this.validUntil = acquiredMs + options.consumer.leaseMs;
    this.client = new FencedClient(
      context.client.connection,
      fence,
      (error) => {
        this.lose(error);
      },
      () => {
        this.expectOverdue(options.consumer.unknownGraceMs);
      },
    );
    this.instrumentation = context.instrumentation.ofPartition(number);
    const { client, instrumentation, stopping } = this;
    const isOver = () => stopping.isOver || context.stopping.isOver;
    const takeoverAfterMs = options.consumer.leaseMs;
    const { pipeline, sources } = buildPipeline(context, {
      keyspace,
      client,
      instrumentation,
      stopping,
      isOver,
      takeoverAfterMs,
    });
    this.pipeline = pipeline;
    this.positions = sources.map((source) => ({ source, pendingFrom: FIRST_PAGE, last: undefined }));
    this.handled = this.positions.map(({ source }) => linesOf(source.awaited));
  }

  /** The last known entry of each stream, by its key. */
  get lastIds(): [key: string, id: string][] {
    return this.positions.map(({ source, last }) => [source.streamKey, last ?? '0']);
  }

  /** Whether it holds, or has held, something that this worker does not handle and another one may. */
  get hasUnknown(): boolean {
    return this.foundUnknown;
  }

  get streamCount(): number {
    return this.positions.length;
  }

  /** Whether anything of a partition, of this ownership or an earlier one, is still at work here. */
  static isBusy(number: number, { address, subscriptions, partitions, allInFlight }: WorkerContext): boolean {
    const keyspace = partitions.at(number);
    return subscriptions.some(({ stream }) =>
      [keyspace.channel(stream, address.group), keyspace.replays(stream, address.group)].some(
        ({ key }) => allInFlight.idsOf(key).length > 0,
      ),
    );
  }

  get isRecovering(): boolean {
    return this.positions.some(({ pendingFrom }) => pendingFrom !== undefined);
  }

  /** Makes the groups that are missing. @param hadThem whether that they are missing is an alarm */
  async ensureGroups(hadThem: boolean): Promise<void> {
    await Promise.all(
      this.positions.map(async ({ source }) => {
        const wasMissing = await source.ensureGroup();
        if (wasMissing && hadThem && !source.isReplay) source.reportRecreated();
      }),
    );
  }

  /** What is pending must be read before anything new: a reply may have been lost. */
  recover(): void {
    for (const position of this.positions) position.pendingFrom = FIRST_PAGE;
    this.isDue = true;
  }

  /** Reads and accepts what there is. @param count entries of each stream at most */
  read(count: number): Promise<void> {
    const reading = this.readAndAccept(count);
    this.reading = reading.catch(() => undefined);
    return reading;
  }

  /** Renews the lease when a third of its time has passed. @throws LeaseLostError */
  async renew(): Promise<void> {
    const { leaseMs } = this.context.options.consumer;
    const asked = performance.now();
    if (this.validUntil - asked > leaseMs - leaseMs / RENEWALS) return;
    await this.client.renewLease(leaseMs);
    this.validUntil = asked + leaseMs;
  }

  /** Drops everything when the lease was not renewed in time: another worker may own the partition by now. */
  checkLease(): void {
    if (performance.now() < this.validUntil) return;
    const { leaseMs } = this.context.options.consumer;
    const { prefix } = this.context.partitions.at(this.number);
    this.lose(new LeaseLostError(prefix, this.epoch, `it could not be renewed for ${String(leaseMs)} ms`));
  }

  /** Looks for what has waited for long enough for a worker that handles it. */
  checkWaiting(): void {
    if (performance.now() < this.overdueAt) return;
    this.overdueAt = Infinity;
    this.recover();
  }

  /** Removes consumers of the dead, now and then. */
  async sweep(): Promise<void> {
    const { forgetAfterMs } = this.context.options.consumer;
    const now = performance.now();
    if (now < this.sweepAt) return;
    this.sweepAt = now + forgetAfterMs;
    for (const { source } of this.positions)
      await this.client.watch.removeConsumers(source.consumerAddress, forgetAfterMs);
  }

  /** Begins nothing more, and waits for what runs, at most `consumer.drainMs`. */
  async drain(): Promise<void> {
    this.stopping.begin();
    await this.reading;
    const { allInFlight, options } = this.context;
    const isIdle = (): boolean => !OwnedPartition.isBusy(this.number, this.context);
    if (!isIdle()) await allInFlight.change(options.consumer.drainMs, isIdle);
    this.stopping.giveUp();
    this.drop(new LeaseLostError(this.context.partitions.at(this.number).prefix, this.epoch, 'it was handed over'));
  }

  /** Hands back what is not settled, and gives the partition to whoever comes. @returns how much was handed back */
  async release(): Promise<number> {
    const { claimAfterMs } = this.context.options.consumer;
    const left = this.positions.map(({ source }) => this.client.claims.handBack(source.consumerAddress, claimAfterMs));
    const counts = await Promise.all(left);
    await this.client.releaseLease();
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async readAndAccept(count: number): Promise<void> {
    const { address } = this.context;
    const keys = this.positions.map(({ source }) => source.streamKey);
    const from = this.positions.map(({ pendingFrom }) => pendingFrom);
    const lastKnown = this.positions.map(({ last }) => last);
    this.isDue = false;
    const started = performance.now();
    const handled = { lines: this.handled, graceMs: this.context.options.consumer.unknownGraceMs };
    const replies = await this.client.readPartition(keys, address, count, from, lastKnown, handled);
    for (const [index, position] of this.positions.entries()) {
      const reply = replies[index];
      if (reply) await this.accept(position, reply, started);
    }
  }

  private expectOverdue(inMs: number): void {
    this.foundUnknown = true;
    this.overdueAt = Math.min(this.overdueAt, performance.now() + inMs);
  }

  private async accept(position: Position, reply: PartitionReply, started: number): Promise<void> {
    const { pending, fresh, last, overdueInMs } = reply;
    if (overdueInMs !== undefined) this.expectOverdue(overdueInMs);
    const found = pending.entries.length + pending.vanished.length;
    if (found > 0) await position.source.acceptClaimed(pending);
    this.instrumentation.received(position.source.subscription.stream, fresh, started);
    if (fresh.length > 0) position.source.acceptNew(fresh);
    position.pendingFrom = pending.next;
    position.last = last;
    // There may be more.
    if (found + fresh.length > 0 || pending.next !== undefined) this.isDue = true;
  }

  private lose(error: LeaseLostError): void {
    if (this.lost) return;
    this.lost = error;
    // What is being committed goes on: if nobody else has the partition, Redis takes it.
    this.stopping.begin();
    this.drop(error);
    this.onLost(error);
  }

  private drop(error: Error): void {
    const { allInFlight } = this.context;
    this.pipeline.close();
    for (const { source } of this.positions) {
      for (const id of allInFlight.idsOf(source.streamKey)) allInFlight.get(source.streamKey, id)?.lose(error);
    }
  }
}
