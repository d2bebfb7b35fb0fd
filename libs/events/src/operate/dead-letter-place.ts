import type { Keyspace } from '../stream/keys/keyspace.js';
import type { Partitions } from '../stream/keys/partitions.js';

/** Where a dead letter is. */
export interface DeadLetterPlace {
  partition: number;
  keyspace: Keyspace;
  /** Its id in the stream of dead letters. */
  entryId: string;
}

/** What a dead letter is called: an entry's id is unique in its partition only. Of one partition it is that id. */
export function nameOf(entryId: string, partition: number, { count }: Partitions): string {
  return count === 1 ? entryId : `${String(partition)}:${entryId}`;
}

/** The reverse; undefined for what is no such name. */
export function locate(name: string, partitions: Partitions): DeadLetterPlace | undefined {
  if (partitions.count === 1) return { partition: 0, keyspace: partitions.at(0), entryId: name };
  const [, number = '', entryId = ''] = /^(\d+):(.+)$/.exec(name) ?? [];
  const partition = Number(number);
  if (entryId === '' || partition >= partitions.count) return undefined;
  return { partition, keyspace: partitions.at(partition), entryId };
}
