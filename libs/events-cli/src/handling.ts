import { type DeadLetter, type DeadLetterAction, type HandlerProgress, timeOfEntryId } from 'nestjs-event-streams/core';
import { fateOf, type DeliveryFate } from 'nestjs-event-streams/internal';
import type { Session } from './session.js';

/** What a group has done with one entry. */
export interface Handling {
  group: string;
  state: DeliveryFate;
  /** Of a pending one: who holds it. */
  pending: { consumer: string; idleMs: number; deliveries: number } | undefined;
  /** What handlers have noted of a pending one. */
  notes: HandlerProgress[];
  deadLetters: DeadLetter[];
  /** What operators did to its dead letters. */
  actions: DeadLetterAction[];
}

/** Dead letters of one entry that are shown, and up to which size each is read whole, in bytes: its event is the entry itself. */
const MAX_SHOWN = 100;
const DEAD_LETTER_BYTES = 32 * 1024;

/** Actions of operators that are looked through. */
const MAX_ACTIONS = 1000;

/** What each group of a stream has done with an entry. */
export async function handlingsOf(session: Session, stream: string, id: string): Promise<Handling[]> {
  const { monitor, deadLetters } = session;
  // First what the groups hold: what is given up meanwhile is among the dead letters then.
  const states = (await monitor.deliveries(stream, [id], { isThorough: true })).get(id) ?? [];
  const groups = states.map(({ group }) => group);
  const [replaying, givenUp, actions] = await Promise.all([
    deadLetters.replaying(stream, groups),
    deadLettersOf(session, stream, id),
    deadLetters.history(stream, MAX_ACTIONS),
  ]);
  return states.map((delivery): Handling => {
    const { group, consumer, idleMs, deliveries, handlers } = delivery;
    const own = givenUp.filter((deadLetter) => deadLetter.group === group);
    const isReplaying = replaying.some((replay) => replay.group === group && replay.entryId === id);
    return {
      group,
      state: fateOf(delivery, { isDeadLettered: own.length > 0, isReplaying }),
      pending: consumer === null ? undefined : { consumer, idleMs: idleMs as number, deliveries: deliveries as number },
      notes: handlers,
      deadLetters: own,
      actions: actions.filter((action) => action.group === group && action.entryId === id),
    };
  });
}

/** Its dead letters, of all groups: they are younger than what they were. */
async function deadLettersOf({ deadLetters }: Session, stream: string, id: string): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  // An id can be higher than any time: what is looked through then is all that is as high.
  const from = String(Math.max(0, Math.min(timeOfEntryId(id), Number.MAX_SAFE_INTEGER) - 1));
  for await (const { deadLetters: page } of deadLetters.pages(stream, { from, wholeBytes: DEAD_LETTER_BYTES })) {
    for (const deadLetter of page) if (deadLetter.entryId === id) found.push(deadLetter);
    if (found.length >= MAX_SHOWN) break;
  }
  return found;
}
