import { bounded } from '../log/safe-text.js';
import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import { pairs } from '../stream/entries/pairs.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { nameOf } from './dead-letter-place.js';
import { newestEntries } from './newest-entries.js';

/** What was done to a dead letter. */
export interface DeadLetterAction {
  /** Its id in the history. */
  id: string;
  /** What was done. */
  action: 'replayed' | 'discarded';
  /** The dead letter's id. */
  deadLetter: string;
  /** The id of the entry that it was. */
  entryId: string;
  /** The group that had given the event up. */
  group: string;
  /** The handler that had failed; `-` if none was reached. */
  handler: string;
  /** Whether the payload was edited. */
  edited: boolean;
  /** Who did it; empty if nobody said so. */
  by: string;
  /** The reason; empty if nobody gave one. */
  why: string;
  /** Whether who noted it vouched for `by`. */
  verified: boolean;
  /** When it was done: RFC 3339. */
  at: string;
}

/** What is shown of who did it and why, in characters; an action with more of it was noted by another hand. */
const MAX_NOTE_LENGTH = 4000;
/** What is read of an action, in bytes. */
const ACTION_BYTES = 128 * 1024;

/** What was done to the dead letters of a stream, latest first. */
export async function historyOf(
  monitor: MonitorClient,
  partitions: Partitions,
  stream: string,
  count: number,
): Promise<DeadLetterAction[]> {
  const histories = await Promise.all(
    partitions.all.map(async (keyspace, partition) => {
      const entries = await newestEntries(monitor, keyspace.deadLetterHistory(stream), count, ACTION_BYTES);
      return entries.map(({ id, fields }) => ({ id, partition, noted: new Map(pairs(fields ?? [])) }));
    }),
  );
  // Within one partition they are in order already.
  const latest = histories.flat().sort((one, other) => compareEntryIds(other.id, one.id));
  return latest.slice(0, count).map(({ id, partition, noted }) => {
    const text = (name: string): string => bounded(noted.get(name) ?? '', MAX_NOTE_LENGTH);
    return {
      id: nameOf(id, partition, partitions),
      action: text('action') as DeadLetterAction['action'],
      ...{ deadLetter: text('deadLetter'), entryId: text('entryId'), group: text('group'), handler: text('handler') },
      ...{ edited: text('edited') === 'true', by: text('by'), why: text('why'), at: text('at') },
      verified: text('verified') === 'true',
    };
  });
}
