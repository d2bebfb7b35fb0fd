import { TransactionRefusedError } from '../model/errors/transaction.js';
import { partitionOf } from './murmur2.js';
import { Keyspace } from './keyspace.js';

/** How the streams of a prefix are divided. */
export interface PartitionLayout {
  prefix: string;
  state: string;
  /** How many partitions each stream has. */
  partitions: number;
  /** Whether the service's state is one for all partitions. */
  sharedState: boolean;
}

/** The partitions of all streams: a keyspace each, by number. Of one partition it is the plain one. */
export class Partitions {
  readonly all: readonly Keyspace[];
  /** Whether Redis is a cluster, where a script stays in one slot; found out at the start. */
  isCluster = false;
  private readonly first: Keyspace;

  constructor({ prefix, state, partitions, sharedState }: PartitionLayout) {
    this.first = new Keyspace(partitions === 1 ? prefix : `{${prefix}:0}`, state, sharedState ? prefix : undefined);
    const others = Array.from(
      { length: partitions - 1 },
      (_, index) => new Keyspace(`{${prefix}:${String(index + 1)}}`, state, sharedState ? prefix : undefined),
    );
    this.all = [this.first, ...others];
  }

  get count(): number {
    return this.all.length;
  }

  /** The number of the partition where everything of a partition key is. */
  numberOf(key: string): number {
    return partitionOf(key, this.all.length);
  }

  /** The partition where everything of a partition key is. */
  of(key: string): Keyspace {
    return this.all.length === 1 ? this.first : this.at(this.numberOf(key));
  }

  /** The name of the stream that a key is, or belongs to: `orders` of `ecommerce:orders:payments:replays`. */
  streamOf(key: string): string {
    const own = this.all.find(({ prefix }) => key.startsWith(`${prefix}:`)) ?? this.first;
    return key.slice(own.prefix.length + 1).split(':', 1)[0] ?? '';
  }

  /** @throws RangeError when there is no such partition */
  at(number: number): Keyspace {
    const keyspace = this.all[number];
    if (keyspace) return keyspace;
    throw new RangeError(`Expected a partition from 0 to ${String(this.count - 1)}, got ${String(number)}`);
  }

  /**
   * Where a transaction of one partition publishes an event.
   *
   * @throws TransactionRefusedError in a cluster, when that is another partition
   */
  targetOf(own: Keyspace, eventType: string, key: string): Keyspace {
    const target = this.of(key);
    if (target === own || !this.isCluster) return target;
    throw new TransactionRefusedError(
      `publish of ${eventType}: expected a partition key of ${own.prefix}, got one of ${target.prefix}. In a Redis Cluster ` +
        'a transaction stays in the partition of its event: give both events the same key, or publish with ' +
        'EventProducer and an idempotencyKey',
    );
  }
}
