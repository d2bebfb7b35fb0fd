import type { DeadLetter } from '../operate/dead-letter.js';
import type { DeadLetterAction } from '../operate/dead-letters.js';
import { DONE, parseNote } from '../stream/delivery-notes.js';
import { splitReplay } from '../stream/channel.js';
import { compareEntryIds, timeOfEntryId } from '../stream/entry-id.js';
import type { PendingRow } from '../stream/questions.js';
import { rangePages } from '../stream/range-pages.js';
import type { Session } from './session.js';

/** What one handler has noted of an event that is not settled. */
export interface HandlerNote {
  handler: string;
  isDone: boolean;
  /** How often it failed so far. */
  failures: number;
}

/** What a group has done with one entry. */
export interface Handling {
  group: string;
  /**
   * `waiting`: not given to the group yet. `pending`: given, and not settled. `settled`: acknowledged, or the group began
   * after it. `dead`: given up. `replaying`: given up, and on its way again.
   */
  state: 'waiting' | 'pending' | 'settled' | 'dead' | 'replaying';
  pending: PendingRow | undefined;
  notes: HandlerNote[];
  deadLetters: DeadLetter[];
  /** What operators did to its dead letters. */
  actions: DeadLetterAction[];
}

/** Dead letters of one entry that are shown, and up to which size each is read whole, in bytes: its event is the entry itself. */
const MOST_LETTERS = 100;
const LETTER_BYTES = 32 * 1024;

/** Replays and actions that are looked through. */
const LOOKED_THROUGH = 1000;

/** What each group of a stream has done with an entry. */
export async function handlingsOf(session: Session, stream: string, id: string): Promise<Handling[]> {
  const { monitor, deadLetters, client, keyspace } = session;
  const [groups, letters, actions] = await Promise.all([
    monitor.groups(stream),
    lettersOf(session, stream, id),
    deadLetters.history(stream, LOOKED_THROUGH),
  ]);
  return Promise.all(
    groups.map(async ({ name: group, lastDeliveredId }): Promise<Handling> => {
      const [[pending], notes, isOnItsWay] = await Promise.all([
        client.pendingEntries(keyspace.stream(stream), group, id, id, 1),
        notesOf(session, stream, group, id),
        isReplaying(session, stream, group, id),
      ]);
      const own = letters.filter((letter) => letter.group === group);
      const isWaiting = compareEntryIds(id, lastDeliveredId) > 0;
      return {
        group,
        state: stateOf({
          isWaiting,
          isPending: pending !== undefined,
          isDead: own.length > 0,
          isReplaying: isOnItsWay,
        }),
        pending,
        notes,
        deadLetters: own,
        actions: actions.filter((action) => action.group === group && action.entryId === id),
      };
    }),
  );
}

/** Its dead letters, of all groups: they are younger than what they were. */
async function lettersOf({ deadLetters }: Session, stream: string, id: string): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  // An id can be higher than any time: what is looked through then is all that is as high.
  const from = String(Math.max(0, Math.min(timeOfEntryId(id), Number.MAX_SAFE_INTEGER) - 1));
  for await (const { letters } of deadLetters.pages(stream, { from, wholeBytes: LETTER_BYTES })) {
    for (const letter of letters) if (letter.entryId === id) found.push(letter);
    if (found.length >= MOST_LETTERS) break;
  }
  return found;
}

/** Whether it is on its way again, among the first of those that are. */
async function isReplaying({ client, keyspace }: Session, stream: string, group: string, id: string): Promise<boolean> {
  let left = LOOKED_THROUGH;
  for await (const { entries } of rangePages(client, keyspace.replays(stream, group).key, {
    wholeBytes: LETTER_BYTES,
  })) {
    if (entries.some((replay) => splitReplay(replay).origin.id === id)) return true;
    left -= entries.length;
    if (left <= 0) return false;
  }
  return false;
}

function stateOf(is: {
  isWaiting: boolean;
  isPending: boolean;
  isDead: boolean;
  isReplaying: boolean;
}): Handling['state'] {
  if (is.isPending) return 'pending';
  if (is.isWaiting) return 'waiting';
  if (is.isReplaying) return 'replaying';
  return is.isDead ? 'dead' : 'settled';
}

async function notesOf({ client, keyspace }: Session, stream: string, group: string, id: string) {
  const found = await client.hashFields(keyspace.channel(stream, group).notes, `${id}|*`);
  return [...found].map(([field, note]): HandlerNote => {
    const isDone = note === DONE;
    return {
      handler: field.slice(id.length + 1),
      isDone,
      failures: isDone ? 0 : parseNote(note).failures,
    };
  });
}
