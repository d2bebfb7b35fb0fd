import type { RedisConnection } from '../connection/redis-connection.js';
import type { Keyspace } from './keyspace.js';

/** What all applications of a prefix must agree on, as it is noted in Redis; null for what nobody has noted yet. */
export interface Agreed {
  /** The layout of what is in Redis. */
  layout: string | null;
  /** How many partitions the streams have. */
  partitions: string | null;
}

/** What applications learn at their start about the Redis that they share, and about each other. */
export class AgreementClient {
  constructor(private readonly connection: RedisConnection) {}

  /** What is noted. @param keyspace of what belongs to no partition */
  async read(keyspace: Keyspace, timeoutMs?: number): Promise<Agreed> {
    // The other way round than it is noted: whoever finds the second finds the first, too.
    const [partitions, layout] = await this.connection.call(
      (redis) => Promise.all([redis.get(keyspace.partitionCount()), redis.get(keyspace.layoutVersion())]),
      timeoutMs,
    );
    return { layout, partitions };
  }

  /** Notes what nobody has noted yet. @returns what is noted then */
  async note(
    keyspace: Keyspace,
    { layout, partitions }: { [K in keyof Agreed]: string },
    timeoutMs?: number,
  ): Promise<Agreed> {
    const before = await this.connection.call(
      (redis) =>
        Promise.all([
          redis.call('SET', keyspace.layoutVersion(), layout, 'NX', 'GET'),
          redis.call('SET', keyspace.partitionCount(), partitions, 'NX', 'GET'),
        ]),
      timeoutMs,
    );
    const [layoutBefore, partitionsBefore] = before as (string | null)[];
    return { layout: layoutBefore ?? layout, partitions: partitionsBefore ?? partitions };
  }

  /** How many nodes with slots the cluster has that this Redis is one of; 0 when it is of none. */
  async clusterSize(timeoutMs?: number): Promise<number> {
    const info = await this.connection.call((redis) => redis.info('cluster'), timeoutMs);
    if (!info.includes('cluster_enabled:1')) return 0;
    const about = await this.connection.call((redis) => redis.cluster('INFO'), timeoutMs);
    return Math.max(1, Number(/^cluster_size:(\d+)/m.exec(about)?.[1] ?? 1));
  }
}
