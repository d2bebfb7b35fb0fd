import { RedisConnection, type RedisConnectionOptions } from '../connection/redis-connection.js';
import { Stopping } from '../concurrency/stopping.js';
import { PartitionsClient } from '../stream/clients/partitions-client.js';
import { Ownership } from './ownership.js';
import { PartitionReader } from './partition-reader.js';
import type { Reading } from './reading.js';
import type { WorkerContext } from './worker-parts.js';

/** Reads streams of several partitions: each worker of the group owns some of them, and reads only those. */
export class PartitionedReading implements Reading {
  private readonly ownership: Ownership;
  private readonly reader: PartitionReader;
  private readonly connection: RedisConnection;
  /** Is over when everything was handed over: until then the leases are renewed. */
  private readonly handover = new Stopping();
  private loops: Promise<unknown> = Promise.resolve();
  private keeping: Promise<void> = Promise.resolve();

  /** @param connection options of the connection that waits for entries */
  constructor(context: WorkerContext, connection: RedisConnectionOptions) {
    const { client, options, partitions, allInFlight, stopping, troubles } = context;
    this.ownership = new Ownership(context, new PartitionsClient(client.connection), this.handover);
    this.connection = new RedisConnection(options.redis, connection);
    this.reader = new PartitionReader({
      ownership: this.ownership,
      waiting: new PartitionsClient(this.connection),
      allInFlight,
      options,
      stopping,
      isCluster: () => partitions.isCluster,
      troubles,
    });
    // Replies to earlier reads may have been lost.
    client.connection.onReconnect(() => {
      for (const partition of this.ownership.partitions) partition.streams.recover();
    });
  }

  get idleMs(): number {
    return this.reader.idleMs;
  }

  get partitions(): readonly number[] {
    return this.ownership.partitions.map(({ number }) => number);
  }

  join(): Promise<void> {
    return this.ownership.turn();
  }

  begin(): void {
    this.keeping = this.ownership.run();
    this.loops = this.reader.run();
  }

  async stop(): Promise<void> {
    this.handover.begin();
    await Promise.all([this.loops, this.ownership.handOverAll()]);
    this.handover.giveUp();
    await this.keeping;
    this.connection.close();
  }
}
