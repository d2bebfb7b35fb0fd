import type { Connection } from '../../connection/connection.js';
import { asText, asTextOrNull } from '../../connection/reply.js';
import type { Keyspace } from '../keys/keyspace.js';

/** What all applications of a prefix must agree on, as it is noted in Redis; null for what nobody has noted yet. */
export interface Agreed {
  /** The layout of what is in Redis. */
  layout: string | null;
  /** How many partitions the streams have. */
  partitions: string | null;
}

/** What applications learn at their start about the Redis that they share, and about each other. */
export class AgreementClient {
  constructor(private readonly connection: Connection) {}

  /** What is noted. @param keyspace of what belongs to no partition */
  async read(keyspace: Keyspace, timeoutMs?: number): Promise<Agreed> {
    // The other way round than it is noted: whoever finds the second finds the first, too.
    const [partitions, layout] = await this.connection.call(
      (link) =>
        Promise.all([link.send(['GET', keyspace.partitionCount()]), link.send(['GET', keyspace.layoutVersion()])]),
      timeoutMs,
    );
    return { layout: asTextOrNull(layout, 'GET'), partitions: asTextOrNull(partitions, 'GET') };
  }

  /** Notes what nobody has noted yet. @returns what is noted then */
  async note(
    keyspace: Keyspace,
    { layout, partitions }: { [K in keyof Agreed]: string },
    timeoutMs?: number,
  ): Promise<Agreed> {
    const [layoutBefore, partitionsBefore] = await this.connection.call(
      (link) =>
        Promise.all([
          link.send(['SET', keyspace.layoutVersion(), layout, 'NX', 'GET']),
          link.send(['SET', keyspace.partitionCount(), partitions, 'NX', 'GET']),
        ]),
      timeoutMs,
    );
    return {
      layout: asTextOrNull(layoutBefore, 'SET') ?? layout,
      partitions: asTextOrNull(partitionsBefore, 'SET') ?? partitions,
    };
  }

  /** How many nodes with slots the cluster has that this Redis is one of; 0 when it is of none. */
  async clusterSize(timeoutMs?: number): Promise<number> {
    const info = await this.connection.call((link) => link.send(['INFO', 'cluster']), timeoutMs);
    if (!asText(info, 'INFO').includes('cluster_enabled:1')) return 0;
    const about = await this.connection.call((link) => link.send(['CLUSTER', 'INFO']), timeoutMs);
    return Math.max(1, Number(/^cluster_size:(\d+)/m.exec(asText(about, 'CLUSTER INFO'))?.[1] ?? 1));
  }
}
