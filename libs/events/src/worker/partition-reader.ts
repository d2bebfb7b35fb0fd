import { LeaseLostError } from '../model/errors/delivery.js';
import { isGroupMissing } from '../model/errors/redis.js';
import type { ResolvedOptions } from '../options/options.js';
import type { InFlightDeliveries } from '../read/in-flight-deliveries.js';
import type { Stopping } from '../concurrency/stopping.js';
import type { Troubles } from '../observe/troubles.js';
import type { PartitionsClient } from '../stream/clients/partitions-client.js';
import type { OwnedPartition } from './owned-partition.js';
import type { Ownership } from './ownership.js';

/** How long the reader waits for room, for news or after a failure before it looks again what it owns, in milliseconds. */
const PAUSE_MS = 500;
/** What fails, in words. */
const READING = 'Reading';
const WAITING = 'Waiting for entries';
/** How long the reader waits when it owns nothing, and in a cluster, where no command can wait for news. */
const IDLE_MS = 50;

export interface PartitionReaderParts {
  ownership: Ownership;
  /** On a connection that is used for nothing else: its commands block. */
  waiting: PartitionsClient;
  allInFlight: InFlightDeliveries;
  options: ResolvedOptions;
  stopping: Stopping;
  isCluster: () => boolean;
  troubles: Troubles;
}

/**
 * Reads the partitions that this worker owns, as far as there is room. It waits for new entries with a command that delivers nothing, and
 * reads them by a script that checks the lease.
 */
export class PartitionReader {
  /** By the clock of `performance.now()`. */
  private lastTurn = performance.now();
  /** Partitions whose last read has failed: they must not hold up the others. */
  private readonly failing = new WeakSet<OwnedPartition>();

  constructor(private readonly parts: PartitionReaderParts) {}

  /** How long ago the loop began its last round, in milliseconds. */
  get idleMs(): number {
    return Math.round(performance.now() - this.lastTurn);
  }

  /** Reads until the worker stops. Never throws. */
  async run(): Promise<void> {
    while (!this.parts.stopping.isStopping) {
      this.lastTurn = performance.now();
      const due = this.parts.ownership.partitions.filter(({ streams }) => streams.isDue);
      const hasWorked = await (due.length > 0 ? this.read(due) : this.waitForNews());
      if (!hasWorked) await this.parts.stopping.orAfter(PAUSE_MS);
    }
  }

  /** @returns false when the next read would fail, too, and a pause is due */
  private async read(all: readonly OwnedPartition[]): Promise<boolean> {
    const { batchSize } = this.parts.options.consumer;
    const { allInFlight } = this.parts;
    // What earlier owners have left comes before new entries of all partitions. It is read even if the handlers are slow.
    const left = all.filter((partition) => partition.streams.isRecovering && !this.failing.has(partition));
    const due = left.length > 0 ? left : all;
    const room = await allInFlight.room.await(left.length > 0 ? 'urgent-takeover' : 'new', batchSize, PAUSE_MS);
    if (room === 0) return true;
    // Redis counts for each stream.
    const streamCount = due.reduce((sum, { streams }) => sum + streams.count / 2, 0);
    const count = Math.min(batchSize, Math.max(1, Math.floor(room / streamCount)));
    const isRecovering = due.some(({ streams }) => streams.isRecovering);
    if (isRecovering) allInFlight.rememberRemoved();
    const open = due.filter(({ stopping }) => !stopping.isStopping);
    const results = await Promise.all(open.map((partition) => this.readOne(partition, count)));
    if (isRecovering) allInFlight.forgetRemoved();
    return results.every(Boolean);
  }

  private async readOne(partition: OwnedPartition, count: number): Promise<boolean> {
    try {
      await partition.streams.read(count);
      this.failing.delete(partition);
      this.parts.troubles.succeeded(READING);
      return true;
    } catch (error) {
      this.failing.add(partition);
      if (error instanceof LeaseLostError) return true;
      partition.streams.recover();
      if (isGroupMissing(error)) return partition.streams.ensureGroups(true).then(() => true, () => false); // prettier-ignore
      this.parts.troubles.failed(READING, error);
      return false;
    }
  }

  private async waitForNews(): Promise<boolean> {
    const { partitions } = this.parts.ownership;
    // In a cluster a command waits in one slot, and there is one connection.
    if (partitions.length === 0 || this.parts.isCluster()) {
      await this.parts.stopping.orAfter(IDLE_MS);
      for (const { streams } of partitions) streams.isDue = true;
      return true;
    }
    const after = new Map(partitions.flatMap(({ streams }) => streams.lastIds));
    const blockMs = Math.min(this.parts.options.consumer.blockMs, PAUSE_MS);
    try {
      const news = new Set(await this.parts.waiting.waitForNews(after, blockMs, this.parts.options.commandTimeoutMs));
      this.parts.troubles.succeeded(WAITING);
      for (const { streams } of partitions) {
        if (streams.lastIds.some(([streamKey]) => news.has(streamKey))) streams.isDue = true;
      }
      return true;
    } catch (error) {
      // After FLUSHALL there are no new entries: only a read shows that the group is gone.
      for (const { streams } of partitions) streams.recover();
      this.parts.troubles.failed(WAITING, error);
      return false;
    }
  }
}
