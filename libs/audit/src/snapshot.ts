import type { Redis } from 'ioredis';
import { STREAMS } from '@shop/contracts/facts';
import { askAtOnce, type Question } from './at-once.js';
import { readDeadLetter, settledDeadLetter, type DeadLetter } from './dead-letter.js';
import { streamQuestions, streamsIn, type StreamLook } from './groups.js';
import {
  acceptedKey,
  deadLetterHistoryKey,
  deadLettersKey,
  poisonKey,
  READ_MODEL_NAMES,
  readModelKey,
  type ReadModelName,
} from './keys.js';
import { entryPages, membersOf } from './pages.js';
import { pendingIdsOf, type PendingIds } from './pending.js';
import { RecordsBuilder, type Records } from './events/records-builder.js';

/** Field → value of each read model's hash, as Redis has it. */
export type ReadModels = Readonly<Record<ReadModelName, ReadonlyMap<string, string>>>;

/** Everything that the laws look at. */
export interface Snapshot extends Records {
  prefix: string;
  /** Ids of accepted orders. */
  accepted: ReadonlySet<string>;
  deadLetters: readonly DeadLetter[];
  /** Of those that were replayed or discarded: `<stream> <entry id> <group>`. */
  settledDeadLetters: ReadonlySet<string>;
  readModels: ReadModels;
  streams: readonly StreamLook[];
  /** Some of the pending entries of each group that has any. */
  pendingIds: PendingIds;
}

/**
 * Reads the shop as it is at one moment, whatever goes on meanwhile, and keeps of each event what the laws need.
 *
 * Groups and read models are asked for at once; entries, which take their time, are read up to the last ones of that
 * moment. What can only be early or late is read on its safe side: an accepted order was appended before it was booked,
 * and poison was booked before it was appended.
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
  const aboutStreams = streamQuestions(prefix);
  const aboutReadModels = READ_MODEL_NAMES.map((name): Question => ['hgetall', readModelKey(prefix, name)]);
  const answers = await askAtOnce(redis, [...aboutStreams, ...aboutReadModels]);
  const modelOf = (name: ReadModelName): ReadonlyMap<string, string> => {
    const hash = answers[aboutStreams.length + READ_MODEL_NAMES.indexOf(name)] as Record<string, string>;
    return new Map(Object.entries(hash));
  };
  const readModels = {
    ordersByState: modelOf('ordersByState'),
    revenueByCurrency: modelOf('revenueByCurrency'),
    unitsSoldBySku: modelOf('unitsSoldBySku'),
    stockBySku: modelOf('stockBySku'),
    shipmentsByCarrier: modelOf('shipmentsByCarrier'),
  };
  return { streams: streamsIn(answers, prefix), readModels };
}
