import { LeaseLostError } from '../model/errors/delivery.js';
import { isOutage } from '../model/errors/redis.js';
import type { Stopping } from '../concurrency/stopping.js';
import { SafeLogger, WORKER } from '../log/safe-logger.js';
import type { Heartbeat, PartitionsClient } from '../stream/clients/partitions-client.js';
import { assign } from './assignment.js';
import { OwnedPartition } from './owned-partition.js';
import type { WorkerContext } from './worker-parts.js';

/** How often workers look who has come or gone: at least so often within a lease, and at most so many milliseconds apart. */
const TURNS = 3;
const MAX_PAUSE_MS = 1000;

/**
 * The partitions of this worker. The workers of a group tell each other who is alive and who owns what. Each computes the same assignment
 * from that, hands over what is assigned to others, and takes what is assigned to it and free. They need not agree at every moment: a
 * lease has one owner, whatever they compute.
 */
export class Ownership {
  private readonly logger = new SafeLogger(WORKER);
  /** Partitions whose lease this worker has: those that it reads, and those that it is handing over. */
  private readonly owned = new Map<number, OwnedPartition>();
  private readonly handovers = new Map<number, Promise<void>>();
  /** Partitions that some worker has owned before: a missing group is an alarm there. */
  private readonly known = new Set<number>();
  /** Partitions with entries that this worker does not handle: others should have them, as long as this worker runs. */
  private readonly unfit = new Set<number>();
  private readonly workersKey: string;
  private next = 0;
  private turning: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: WorkerContext,
    private readonly client: PartitionsClient,
    private readonly stopping: Stopping,
  ) {
    this.workersKey = context.keyspace.workers(context.address.group);
  }

  /** The partitions to read. */
  get partitions(): OwnedPartition[] {
    return [...this.owned.values()].filter(({ stopping }) => !stopping.isStopping);
  }

  /** Renews the leases, and balances partitions with the other workers, until this worker has left. Never throws. */
  async run(): Promise<void> {
    const { leaseMs } = this.context.options.consumer;
    while (!this.stopping.isOver) {
      await (this.turning = this.attempt('Keeping partitions', () => this.turn()));
      const pauseMs = Math.min(leaseMs / TURNS, MAX_PAUSE_MS);
      // The jitter keeps workers from turning all at once. While the worker stops, its last handlers still need their leases.
      const pause = pauseMs * (0.75 + Math.random() / 4);
      await (this.stopping.isStopping ? this.context.allInFlight.changes.next(pause, () => this.stopping.isOver) : this.stopping.orAfter(pause)); // prettier-ignore
    }
  }

  /** Looks once who is alive, and hands over or takes partitions accordingly. @throws RedisUnavailableError */
  async turn(): Promise<void> {
    for (const { number, lease, streams } of this.owned.values()) {
      lease.check();
      streams.recoverOverdue();
      if (streams.hasUnknown) this.unfit.add(number);
    }
    const alive = this.stopping.isStopping ? undefined : await this.heartbeat();
    await Promise.all([...this.owned.values()].map((partition) => this.renew(partition)));
    if (!alive) return;
    await this.balance(alive);
    await this.sweepNext();
  }

  /** Hands over what is assigned to others, and takes what is assigned to this worker and free. */
  private async balance(alive: ReadonlyMap<string, Heartbeat>): Promise<void> {
    const owners = this.ownersOf(alive);
    const unfit = new Map([...alive].map(([worker, about]) => [worker, new Set(about.unfit)]));
    const assigned = assign(this.context.partitions.count, [...alive.keys()], owners, unfit);
    for (const partition of this.partitions) {
      if (assigned[partition.number] !== this.own) void this.handOver(partition);
    }
    const isFree = (number: number): boolean => !owners.has(number) || owners.get(number) === this.own;
    const wanted = assigned.flatMap((worker, number) =>
      worker === this.own && isFree(number) && !this.owned.has(number) ? [number] : [],
    );
    const results = await Promise.allSettled(wanted.map((number) => this.acquire(number)));
    if (results.some((result) => result.status === 'fulfilled' && result.value)) await this.heartbeat();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Who owns which partition. What other workers have told of it may be old. */
  private ownersOf(alive: ReadonlyMap<string, Heartbeat>): Map<number, string> {
    const owners = new Map<number, string>();
    for (const [worker, { owned }] of alive) for (const number of owned) owners.set(number, worker);
    for (const number of this.owned.keys()) owners.set(number, this.own);
    return owners;
  }

  /** Hands all partitions over, and takes this worker off the list of the living. */
  async handOverAll(): Promise<void> {
    await this.turning;
    await Promise.all([
      // First, so that the others take each partition as soon as it is free.
      this.attempt('Leaving the group', () =>
        this.client.heartbeat(this.workersKey, this.own, 0, { owned: [], unfit: [] }),
      ),
      ...[...this.owned.values()].map((partition) => this.handOver(partition)),
    ]);
  }

  private get own(): string {
    return this.context.address.consumer;
  }

  private heartbeat(): Promise<Map<string, Heartbeat>> {
    const { leaseMs } = this.context.options.consumer;
    const told = { owned: [...this.owned.keys()], unfit: [...this.unfit] };
    return this.client.heartbeat(this.workersKey, this.own, leaseMs, told);
  }

  private async renew(partition: OwnedPartition): Promise<void> {
    try {
      await partition.lease.renew();
    } catch (error) {
      // A lost lease was reported by the partition itself.
      if (!(error instanceof LeaseLostError)) throw error;
    }
  }

  private async acquire(number: number): Promise<boolean> {
    const { partitions, address, options, observer } = this.context;
    const { group } = address;
    // Handlers of an earlier ownership may still run: the entries that they hold would not be accepted again.
    if (OwnedPartition.isBusy(number, this.context)) return false;
    const lease = partitions.at(number).lease(group);
    const asked = performance.now();
    const epoch = await this.client.acquire(lease, this.own, options.consumer.leaseMs);
    if (epoch === undefined) return false;
    const partition = new OwnedPartition(number, epoch, asked, this.context, (error) => {
      this.forget(number, epoch, error);
    });
    await partition.streams.ensureGroups(epoch > 1 || this.known.has(number));
    this.known.add(number);
    this.owned.set(number, partition);
    this.logger.log(
      `Owns partition ${String(number)} of ${String(partitions.count)} as ${group}, epoch ${String(epoch)}`,
    );
    observer.emit({ kind: 'partition-acquired', partition: number, group, epoch });
    return true;
  }

  private handOver(partition: OwnedPartition): Promise<void> {
    const { number } = partition;
    let handover = this.handovers.get(number);
    if (!handover) {
      handover = this.release(partition).finally(() => this.handovers.delete(number));
      this.handovers.set(number, handover);
    }
    return handover;
  }

  /** Never throws: a partition that cannot be given back is taken by others when its lease has run out. */
  private async release(partition: OwnedPartition): Promise<void> {
    const { number, epoch } = partition;
    const { group } = this.context.address;
    await partition.drain();
    await this.attempt(`Handing over partition ${String(number)}`, async () => {
      const count = await partition.release();
      const stream = this.context.partitions.at(number).prefix;
      if (count > 0) this.context.observer.emit({ kind: 'handed-back', stream, group, count });
      this.context.observer.emit({ kind: 'partition-released', partition: number, group, epoch });
    });
    if (this.owned.get(number) === partition) this.owned.delete(number);
    if (!this.stopping.isStopping) await this.attempt('Telling of a handover', () => this.heartbeat());
  }

  private forget(number: number, epoch: number, error: LeaseLostError): void {
    // The fence refuses handlers that run on after the handover, too: that partition is known to be gone.
    if (this.owned.get(number)?.epoch !== epoch) return;
    this.owned.delete(number);
    this.logger.warn(error.message);
    this.context.observer.emit({
      kind: 'partition-lost',
      partition: number,
      group: this.context.address.group,
      epoch,
      error,
    });
  }

  /** Removes consumers that are gone, of one partition in each turn: there is no hurry. */
  private async sweepNext(): Promise<void> {
    const { partitions } = this;
    this.next += 1;
    const partition = partitions[this.next % partitions.length];
    if (partition) await this.attempt('Removing consumers that are gone', () => partition.sweep());
  }

  private async attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // The connection reports an outage; a lost lease was reported.
      if (!isOutage(error) && !(error instanceof LeaseLostError)) {
        this.logger.error(`${what} failed: ${(error as Error).message}`);
      }
    }
  }
}
