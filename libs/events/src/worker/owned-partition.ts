import type { DeadLetterLimits } from '../operate/dead-letter-limits.js';
import { HandlerRunner } from '../dispatch/handler-runner.js';
import type { Overruns } from '../dispatch/overruns.js';
import type { Semaphore } from '../concurrency/semaphore.js';
import type { Subscription } from '../dispatch/subscriptions.js';
import { LeaseLostError } from '../model/errors/delivery.js';
import type { ResolvedOptions } from '../options/options.js';
import type { EventsObserver } from '../model/events-observer.js';
import { Pipeline } from './pipeline.js';
import type { InFlightDeliveries } from '../read/in-flight.js';
import { Source } from '../read/source.js';
import { Stopping } from '../concurrency/stopping.js';
import type { Troubles } from '../read/troubles.js';
import { SubjectKeys } from '../personal/subject-keys.js';
import { Settler } from '../settle/settler.js';
import { FencedClient, type PartitionReply } from '../stream/fenced-client.js';
import type { GroupStarts } from '../stream/group-starts.js';
import type { Partitions } from '../stream/partitions.js';
import type { StreamClient } from '../stream/stream-client.js';
import { linesOf } from '../stream/waiting.js';
import type { Instrumentation } from '../model/instrumentation.js';

/** What a worker has for all of its partitions. */
export interface WorkerParts {
  address: { group: string; consumer: string };
  subscriptions: readonly Subscription[];
  client: StreamClient;
  partitions: Partitions;
  allInFlight: InFlightDeliveries;
  semaphore: Semaphore;
  overruns: Overruns;
  options: ResolvedOptions;
  observer: EventsObserver;
  /** Of the worker as a whole. */
  stopping: Stopping;
  instrumentation: Instrumentation;
  troubles: Troubles;
  letters: DeadLetterLimits;
  /** Where the group begins on streams on which it is new. */
  starts: GroupStarts;
}

/** One stream of the partition, and how far it was read. */
interface Position {
  source: Source;
  /** Where to go on with what is pending; undefined when all of it was taken. */
  pendingFrom: string | undefined;
  /** The last entry that the group was given; undefined before the first read. */
  last: string | undefined;
}

/** Renewals within the time of a lease: two may be late before one is lost. */
const RENEWALS = 3;

/** From everything: what an earlier owner left, or what a lost reply contained. */
const BEGINNING = '-';

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
    private readonly parts: WorkerParts,
    private readonly onLost: (error: LeaseLostError) => void,
  ) {
    const { address, subscriptions, allInFlight, semaphore, overruns, options, observer, partitions, starts } = parts;
    const keyspace = partitions.at(number);
    const fence = {
      partition: keyspace.prefix,
      lease: keyspace.lease(address.group),
      worker: address.consumer,
      epoch,
    };
    this.validUntil = acquiredMs + options.consumer.leaseMs;
    this.client = new FencedClient(
      parts.client.connection,
      fence,
      (error) => {
        this.lose(error);
      },
      () => {
        this.expectOverdue(options.consumer.unknownGraceMs);
      },
    );
    const instrumentation = parts.instrumentation.ofPartition(number);
    this.instrumentation = instrumentation;
    const subjectKeys = new SubjectKeys(this.client);
    const settler = new Settler(
      this.client,
      keyspace,
      address,
      () => this.stopping.isOver || parts.stopping.isOver,
      instrumentation,
      parts.letters.maxBytes,
      subjectKeys,
      parts.troubles,
    );
    const transactions = {
      client: this.client,
      keyspace,
      partitions,
      source: options.source,
      limits: options.producer,
      instrumentation,
      erasure: options.erasure,
      subjectKeys,
    };
    const runner = new HandlerRunner(address, semaphore, overruns, settler, transactions, observer, this.stopping, instrumentation, options.consumer.leaseMs, parts.letters); // prettier-ignore
    const pipeline = new Pipeline(allInFlight, runner, this.stopping);
    this.pipeline = pipeline;
    this.positions = subscriptions.flatMap((subscription) => {
      const { stream } = subscription;
      return [
        keyspace.channel(stream, address.group, starts.of(keyspace.stream(stream))),
        keyspace.replays(stream, address.group),
      ].map((channel) => ({
        source: new Source(
          subscription,
          address,
          channel,
          this.client,
          allInFlight,
          pipeline,
          observer,
          instrumentation,
        ),
        pendingFrom: BEGINNING,
        last: undefined,
      }));
    });
    this.handled = this.positions.map(({ source }) => linesOf(source.awaited));
  }

  /** The last known entry of each stream, by its key. */
  get lastIds(): [key: string, id: string][] {
    return this.positions.map(({ source, last }) => [source.key, last ?? '0']);
  }

  /** Whether it holds, or has held, something that this worker does not handle and another one may. */
  get hasUnknown(): boolean {
    return this.foundUnknown;
  }

  get streamCount(): number {
    return this.positions.length;
  }

  /** Whether anything of a partition, of this ownership or an earlier one, is still at work here. */
  static isBusy(number: number, { address, subscriptions, partitions, allInFlight }: WorkerParts): boolean {
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
    for (const position of this.positions) position.pendingFrom = BEGINNING;
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
    const { leaseMs } = this.parts.options.consumer;
    const asked = performance.now();
    if (this.validUntil - asked > leaseMs - leaseMs / RENEWALS) return;
    await this.client.renewLease(leaseMs);
    this.validUntil = asked + leaseMs;
  }

  /** Drops everything when the lease was not renewed in time: another worker may own the partition by now. */
  checkLease(): void {
    if (performance.now() < this.validUntil) return;
    const { leaseMs } = this.parts.options.consumer;
    const { prefix } = this.parts.partitions.at(this.number);
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
    const { forgetAfterMs } = this.parts.options.consumer;
    const now = performance.now();
    if (now < this.sweepAt) return;
    this.sweepAt = now + forgetAfterMs;
    for (const { source } of this.positions) await this.client.sweep(source.consumerAddress, forgetAfterMs);
  }

  /** Begins nothing more, and waits for what runs, at most `consumer.drainMs`. */
  async drain(): Promise<void> {
    this.stopping.begin();
    await this.reading;
    const { allInFlight, options } = this.parts;
    const isIdle = (): boolean => !OwnedPartition.isBusy(this.number, this.parts);
    if (!isIdle()) await allInFlight.change(options.consumer.drainMs, isIdle);
    this.stopping.giveUp();
    this.drop(new LeaseLostError(this.parts.partitions.at(this.number).prefix, this.epoch, 'it was handed over'));
  }

  /** Hands back what is not settled, and gives the partition to whoever comes. @returns how much was handed back */
  async release(): Promise<number> {
    const { claimAfterMs } = this.parts.options.consumer;
    const left = this.positions.map(({ source }) => this.client.leave(source.consumerAddress, claimAfterMs));
    const counts = await Promise.all(left);
    await this.client.releaseLease();
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async readAndAccept(count: number): Promise<void> {
    const { address } = this.parts;
    const keys = this.positions.map(({ source }) => source.key);
    const from = this.positions.map(({ pendingFrom }) => pendingFrom);
    const lastKnown = this.positions.map(({ last }) => last);
    this.isDue = false;
    const started = performance.now();
    const handled = { lines: this.handled, graceMs: this.parts.options.consumer.unknownGraceMs };
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
    const { allInFlight } = this.parts;
    this.pipeline.close();
    for (const { source } of this.positions) {
      for (const id of allInFlight.idsOf(source.key)) allInFlight.get(source.key, id)?.lose(error);
    }
  }
}
