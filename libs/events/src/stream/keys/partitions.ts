import { partitionOf } from './murmur2.js';
import { Keyspace } from './keyspace.js';

/** How the streams of a prefix are divided into partitions; the names are those of the options. */
export interface PartitionLayout {
  prefix: string;
  state: string;
  /** How many partitions each stream has. */
  partitions: number;
  /** Whether the service's state is one for all partitions. */
  sharedState: boolean;
}

/** The partitions of all streams of a prefix. Each has a keyspace, by its number; without partitions there is one, with plain names. */
export class Partitions {
  /** The keyspaces, by number. */
  readonly all: readonly Keyspace[];
  private inCluster = false;
  private readonly first: Keyspace;

  constructor(layout: PartitionLayout) {
    const { prefix, state, partitions, sharedState } = layout;
    this.first = new Keyspace(partitions === 1 ? prefix : `{${prefix}:0}`, state, sharedState ? prefix : undefined);
    const others = Array.from(
      { length: partitions - 1 },
      (_, index) => new Keyspace(`{${prefix}:${String(index + 1)}}`, state, sharedState ? prefix : undefined),
    );
    this.all = [this.first, ...others];
  }

  /** Whether Redis is a cluster, where a script stays in one slot. False until the start has found it out. */
  get isCluster(): boolean {
    return this.inCluster;
  }

  /** @internal */
  set isCluster(inCluster: boolean) {
    this.inCluster = inCluster;
  }

  /** How many partitions there are; 1 without partitions. */
  get count(): number {
    return this.all.length;
  }

  /** The number of a partition key's partition, from 0. */
  numberOf(key: string): number {
    return partitionOf(key, this.all.length);
  }

  /** The keyspace of a partition key's partition. */
  of(key: string): Keyspace {
    return this.all.length === 1 ? this.first : this.at(this.numberOf(key));
  }

  /** The name of the stream that a key belongs to: `orders` of `ecommerce:orders:payments:replays`. */
  streamOf(key: string): string {
    const own = this.all.find(({ prefix }) => key.startsWith(`${prefix}:`)) ?? this.first;
    return key.slice(own.prefix.length + 1).split(':', 1)[0] ?? '';
  }

  /** The keyspace of a partition. @param number from 0 @throws RangeError when there is no such partition */
  at(number: number): Keyspace {
    const keyspace = this.all[number];
    if (keyspace) return keyspace;
    throw new RangeError(`Expected a partition from 0 to ${String(this.count - 1)}, got ${String(number)}`);
  }
}
