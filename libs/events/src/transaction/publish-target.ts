import { TransactionRefusedError } from '../model/errors/transaction.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { Partitions } from '../stream/keys/partitions.js';

/**
 * The partition in which a transaction publishes an event.
 *
 * @param own the partition of the transaction
 * @param key the event's partition key, or its id where it has none
 * @throws TransactionRefusedError in a cluster, when that is another partition
 */
export function publishTargetOf(partitions: Partitions, own: Keyspace, eventType: string, key: string): Keyspace {
  const target = partitions.of(key);
  if (target === own || !partitions.isCluster) return target;
  throw new TransactionRefusedError(
    `publish of ${eventType}: expected a partition key of ${own.prefix}, got one of ${target.prefix}. In a Redis Cluster ` +
      'a transaction stays in the partition of its event: give both events the same key, or publish with ' +
      'EventProducer and an idempotencyKey',
  );
}
