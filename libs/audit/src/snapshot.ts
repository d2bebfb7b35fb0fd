import type { Redis } from 'ioredis';
import { STREAMS } from '@shop/contracts/facts';
import { readAtomically, type ReadCommand } from './read-atomically.js';
import { readDeadLetter, settledDeadLetter, type DeadLetter } from './dead-letter.js';
import { streamCommands, streamsFrom, type StreamState } from './stream-states.js';
import {
  acceptedKey,
  deadLetterHistoryKey,
  deadLettersKey,
  poisonKey,
  READ_MODEL_NAMES,
  readModelKey,
  type ReadModelName,
} from './keys.js';
import { entryPages, membersOf } from './entry-pages.js';
import { pendingIdsOf, type PendingIds } from './pending.js';
import { RecordsBuilder, type Records } from './events/records-builder.js';

/** The hash of each read model, as Redis holds it. */
export type ReadModels = Readonly<Record<ReadModelName, ReadonlyMap<string, string>>>;

/** Everything that the laws check. */
export interface Snapshot extends Records {
  prefix: string;
  /** The ids of the accepted orders. */
  accepted: ReadonlySet<string>;
  deadLetters: readonly DeadLetter[];
  /** The dead letters that were replayed or discarded: `<stream> <entry id> <group>`. */
  settledDeadLetters: ReadonlySet<string>;
  readModels: ReadModels;
  streams: readonly StreamState[];
  /** Some of the pending entries of each group that has any. */
  pendingIds: PendingIds;
}

/**
 * Reads the shop as it is at one moment, even while it is running, and keeps the parts of each event that the laws need.
 *
 * Groups and read models are read atomically. The entries, which take longer, are read up to the last ones of that moment. The other
 * sets are read at a time that cannot cause a false report: an accepted order is appended before it is recorded, so the accepted
 * orders are read first; poison is recorded before it is appended, so it is read later.
 */
export async function takeSnapshot(redis: Redis, prefix: string): Promise<Snapshot> {
  const accepted = await membersOf(redis, acceptedKey(prefix));
  const { streams, readModels } = await readMoment(redis, prefix);
  const pendingIds = await pendingIdsOf(redis, streams);
  const poison = await membersOf(redis, poisonKey(prefix));
  const deadLetters: DeadLetter[] = [];
  const settledDeadLetters = new Set<string>();
  for (const stream of STREAMS) {
    for await (const page of entryPages(redis, deadLettersKey(prefix, stream), '+')) {
      for (const [id, fields] of page) deadLetters.push(readDeadLetter(stream, id, fields, poison));
    }
    for await (const page of entryPages(redis, deadLetterHistoryKey(prefix, stream), '+')) {
      for (const [, fields] of page) settledDeadLetters.add(settledDeadLetter(stream, fields));
    }
  }
  const builder = new RecordsBuilder(poison, deadLetters);
  for (const { name, key, lastId } of streams) {
    if (lastId === undefined) continue;
    for await (const page of entryPages(redis, key, lastId)) {
      for (const [id, fields, bytes] of page) builder.add(name, id, fields, bytes);
    }
  }
  return { prefix, accepted, deadLetters, settledDeadLetters, ...builder.records, readModels, streams, pendingIds };
}

async function readMoment(redis: Redis, prefix: string): Promise<Pick<Snapshot, 'streams' | 'readModels'>> {
  const ofStreams = streamCommands(prefix);
  const ofReadModels = READ_MODEL_NAMES.map((name): ReadCommand => ['hgetall', readModelKey(prefix, name)]);
  const replies = await readAtomically(redis, [...ofStreams, ...ofReadModels]);
  const modelOf = (name: ReadModelName): ReadonlyMap<string, string> => {
    const hash = replies[ofStreams.length + READ_MODEL_NAMES.indexOf(name)] as Record<string, string>;
    return new Map(Object.entries(hash));
  };
  const readModels = {
    ordersByState: modelOf('ordersByState'),
    revenueByCurrency: modelOf('revenueByCurrency'),
    unitsSoldBySku: modelOf('unitsSoldBySku'),
    stockBySku: modelOf('stockBySku'),
    shipmentsByCarrier: modelOf('shipmentsByCarrier'),
  };
  return { streams: streamsFrom(replies, prefix), readModels };
}
