import { RedisConnection, type RedisConnectionOptions } from '../connection/redis-connection.js';
import { Stopping } from '../concurrency/stopping.js';
import type { Keyspace } from '../stream/keyspace.js';
import { PartitionsClient } from '../stream/partitions-client.js';
import type { WorkerParts } from './owned-partition.js';
import { Ownership } from './ownership.js';
import { PartitionReader } from './partition-reader.js';

/** A worker of a group whose streams have partitions: it owns some of them, and reads only those. */
export class PartitionedWorker {
  private readonly ownership: Ownership;
  private readonly reader: PartitionReader;
  private readonly connection: RedisConnection;
  /** Ends only when everything was handed over: until then the leases are renewed. */
  private readonly leaving = new Stopping();
  private loops: Promise<unknown> = Promise.resolve();
  private keeping: Promise<void> = Promise.resolve();

  /**
   * @param keyspace of what belongs to no partition
   * @param connection of the one that waits for entries
   */
  constructor(parts: WorkerParts, keyspace: Keyspace, connection: RedisConnectionOptions) {
    const { client, options, allInFlight, stopping } = parts;
    this.ownership = new Ownership(parts, new PartitionsClient(client.connection), keyspace, this.leaving);
    this.connection = new RedisConnection(options.redis, connection);
    this.reader = new PartitionReader(
      this.ownership,
      new PartitionsClient(this.connection),
      allInFlight,
      options,
      stopping,
      () => parts.partitions.isCluster,
      parts.troubles,
    );
    // Replies of what was sent before may have been lost.
    client.connection.onReconnect(() => {
      for (const partition of this.ownership.partitions) partition.recover();
    });
  }

  /** How long ago the reading loop last went round, in milliseconds. */
  get idleMs(): number {
    return this.reader.idleMs;
  }

  /** The numbers of the partitions that it owns and reads. */
  get partitions(): readonly number[] {
    return this.ownership.partitions.map(({ number }) => number);
  }

  /** Takes its part of the partitions. @throws RedisUnavailableError when Redis is not there */
  join(): Promise<void> {
    return this.ownership.turn();
  }

  /** Reads what it owns. Never throws. */
  begin(): void {
    this.keeping = this.ownership.run();
    this.loops = this.reader.run();
  }

  /** Hands everything over, within about `consumer.drainMs`, and leaves; the worker's stopping has begun. */
  async stop(): Promise<void> {
    this.leaving.begin();
    await Promise.all([this.loops, this.ownership.leave()]);
    this.leaving.giveUp();
    await this.keeping;
    this.connection.close();
  }
}
