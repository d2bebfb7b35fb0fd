import { DONE, parseNote } from '../stream/entries/delivery-notes.js';
import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { Keyspace } from '../stream/keys/keyspace.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import { groupsOf, pendingEntries } from '../stream/questions/group-questions.js';
import type { Question } from '../stream/questions/question.js';
import { scanHash, type HashStep } from '../stream/questions/scan-questions.js';

/** How far a handler is with a delivery that is not settled. */
export interface HandlerProgress {
  /** Its name, such as `OrderHandlers.onOrderPlaced`. */
  handler: string;
  /** It has succeeded; other handlers of the event have not. */
  isDone: boolean;
  /** How many attempts have failed. */
  failures: number;
  /** Milliseconds since 1970; null if none has failed. */
  firstFailureMs: number | null;
  /** How many workers crashed while they ran it in quarantine. */
  crashes: number;
}

/** The state of an entry in one group. Dead letters are not told of: they have a stream of their own. */
export interface DeliveryState {
  /** The group's name. */
  group: string;
  /** `waiting`: not delivered yet. `pending`: delivered, not settled. `settled`: nothing is left to do. */
  state: 'waiting' | 'pending' | 'settled';
  /** If pending: the consumer that it was delivered to. Else null. */
  consumer: string | null;
  /** If pending: since it was delivered, or its claim renewed, in milliseconds. Else null. */
  idleMs: number | null;
  /** If pending: how often it was delivered. Else null. */
  deliveries: number | null;
  /** If pending: how far its handlers are. */
  handlers: HandlerProgress[];
}

/** What became of an entry in one group, dead letters included. `replaying`: a dead letter of it is on its way back to the group. */
export type DeliveryFate = DeliveryState['state'] | 'dead-lettered' | 'replaying';

/** A dead letter comes before the replay of another one, of another handler: it waits for an operator. */
export function fateOf(
  { state }: DeliveryState,
  { isDeadLettered, isReplaying }: { isDeadLettered: boolean; isReplaying: boolean },
): DeliveryFate {
  if (state !== 'settled') return state;
  if (isDeadLettered) return 'dead-lettered';
  return isReplaying ? 'replaying' : 'settled';
}

const NOTES_OF_ONE_STEP = 1000;

/**
 * The state of entries of one stream in each group: two round trips, however many entries and groups.
 *
 * @param isThorough whether all notes of a group are looked through, in more round trips where there are more than a thousand
 */
export async function deliveryStates(
  client: MonitorClient,
  keyspace: Keyspace,
  stream: string,
  ids: readonly string[],
  isThorough = false,
): Promise<Map<string, DeliveryState[]>> {
  const key = keyspace.stream(stream);
  const groups = await client.ask(groupsOf(key));
  const pairs = ids.flatMap((id) => groups.map((group) => ({ id, group })));
  const delivered = pairs.filter(({ id, group }) => compareEntryIds(id, group.lastDeliveredId) <= 0);
  const questions = delivered.flatMap(({ id, group }) => [
    pendingEntries(key, group.name, id, id, 1),
    notesOf(keyspace.channel(stream, group.name).notes, id),
  ]);
  const answers = await client.askAll(questions);
  const found = new Map(ids.map((id): [string, DeliveryState[]] => [id, []]));
  for (const { id, group } of pairs) {
    const place = delivered.findIndex((one) => one.id === id && one.group === group);
    if (place === -1) {
      found.get(id)?.push(stateOf(group.name, 'waiting'));
      continue;
    }
    const [row] = answers[2 * place] as { consumer: string; idleMs: number; deliveries: number }[];
    if (!row) found.get(id)?.push(stateOf(group.name, 'settled'));
    else {
      const { consumer, idleMs, deliveries } = row;
      const first = answers[2 * place + 1] as HashStep;
      const notes = isThorough
        ? await toTheEnd(client, keyspace.channel(stream, group.name).notes, id, first)
        : first.found;
      const handlers = notes.map(([field, note]) => progressOf(field.slice(id.length + 1), note));
      found.get(id)?.push({ group: group.name, state: 'pending', consumer, idleMs, deliveries, handlers });
    }
  }
  return found;
}

function notesOf(key: string, id: string, cursor?: string): Question<HashStep> {
  return scanHash(key, `${id}|*`, NOTES_OF_ONE_STEP, cursor);
}

async function toTheEnd(client: MonitorClient, key: string, id: string, first: HashStep): Promise<HashStep['found']> {
  const found = new Map(first.found);
  for (let { next } = first; next !== null;) {
    const step: HashStep = await client.ask(notesOf(key, id, next));
    for (const [field, note] of step.found) found.set(field, note);
    ({ next } = step);
  }
  return [...found];
}

function stateOf(group: string, state: DeliveryState['state']): DeliveryState {
  return { group, state, consumer: null, idleMs: null, deliveries: null, handlers: [] };
}

function progressOf(handler: string, note: string): HandlerProgress {
  if (note === DONE) return { handler, isDone: true, failures: 0, firstFailureMs: null, crashes: 0 };
  const { failures, firstFailureMs, openQuarantineRuns } = parseNote(note);
  return {
    handler,
    isDone: false,
    failures,
    firstFailureMs: firstFailureMs || null,
    crashes: openQuarantineRuns.length,
  };
}
