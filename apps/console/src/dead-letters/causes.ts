import { timeOfEntryId, type DeadLetter } from 'nestjs-event-streams';
import type { DeadLetterCause, DeadLetterView } from '../contract/dead-letters.js';
import { groupBy } from '../grouping.js';
import type { BookedLetter } from '../observe/letters/stream-letters.js';
import { isTooLarge, payloadOf, shownPairsOf } from '../streams/entry-summary.js';

/** The causes of a stream's dead letters, the one with most of them first. @param letters newest first */
export function causesOf(letters: Iterable<BookedLetter>): DeadLetterCause[] {
  return [...groupBy([...letters], ({ cause }) => cause).values()]
    .flatMap((own) => causeOf(own) ?? [])
    .sort((a, b) => b.count - a.count);
}

/** What dead letters of one cause come to; undefined of none. @param letters newest first */
export function causeOf(letters: readonly BookedLetter[]): DeadLetterCause | undefined {
  const [newest] = letters;
  const oldest = letters.at(-1);
  if (!newest || !oldest) return undefined;
  return {
    ...newest.cause,
    count: letters.length,
    eventTypes: [...new Set(letters.flatMap(({ eventType }) => eventType ?? []))].sort(),
    firstMs: timeOfEntryId(oldest.id),
    lastMs: timeOfEntryId(newest.id),
    sample: { id: newest.id, entryId: newest.entryId },
  };
}

/** A dead letter for the page. @param stream without prefix */
export function viewOf(stream: string, letter: DeadLetter): DeadLetterView {
  const { id, entryId, group, handler, reason, attempts, replays, event, fields } = letter;
  const { errorName, errorMessage, errorStack, firstFailedAt, lastFailedAt, partitionKey } = letter;
  const isCut = isTooLarge(fields);
  return {
    stream,
    id,
    entryId,
    group,
    handler,
    reason,
    attempts,
    errorName,
    errorMessage,
    errorStack,
    firstFailedMs: Date.parse(firstFailedAt) || timeOfEntryId(id),
    lastFailedMs: Date.parse(lastFailedAt) || timeOfEntryId(id),
    replays,
    key: partitionKey ?? null,
    event: isCut ? null : event,
    isCut,
    payload: payloadOf(event, fields),
    fields: shownPairsOf(fields),
  };
}
