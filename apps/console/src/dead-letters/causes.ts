import { timeOfEntryId, type DeadLetter } from 'nestjs-event-streams';
import { groupBy } from 'nestjs-event-streams/internal';
import type { DeadLetterCause, DeadLetterView } from '../contract/dead-letters.js';
import type { BookedDeadLetter } from '../observe/dead-letters/stream-dead-letters.js';
import { cut, shownOf } from '../streams/entry-summary.js';

/** How much is shown of a cause's event types, and of an error. */
const MAX_TYPES = 20;
const MAX_NAME_LENGTH = 1024;
const MAX_MESSAGE_LENGTH = 4000;
const MAX_STACK_LENGTH = 16_000;

/** The causes of a stream's dead letters, the one with most of them first. @param deadLetters newest first */
export function causesOf(deadLetters: Iterable<BookedDeadLetter>): DeadLetterCause[] {
  return [...groupBy([...deadLetters], ({ cause }) => cause).values()]
    .flatMap((own) => causeOf(own) ?? [])
    .sort((a, b) => b.count - a.count);
}

/** The summary of the dead letters of one cause; undefined if there are none. @param deadLetters newest first */
export function causeOf(deadLetters: readonly BookedDeadLetter[]): DeadLetterCause | undefined {
  const [newest] = deadLetters;
  const oldest = deadLetters.at(-1);
  if (!newest || !oldest) return undefined;
  return {
    ...newest.cause,
    count: deadLetters.length,
    eventTypes: [...new Set(deadLetters.flatMap(({ eventType }) => eventType ?? []))].sort().slice(0, MAX_TYPES),
    firstMs: timeOfEntryId(oldest.id),
    lastMs: timeOfEntryId(newest.id),
    sample: { id: newest.id, entryId: newest.entryId },
  };
}

/** A dead letter for the page. @param stream without prefix */
export function viewOf(stream: string, deadLetter: DeadLetter): DeadLetterView {
  const { id, entryId, group, handler, reason, attempts, replays, event } = deadLetter;
  const { errorName, errorMessage, errorStack, firstFailedAt, lastFailedAt, partitionKey } = deadLetter;
  const text = (value: string): string => cut(value, MAX_NAME_LENGTH);
  const { fields, originalBytes } = deadLetter;
  // The dead letter of a large entry has only the entry's small fields.
  const part = originalBytes === undefined ? {} : { cut: { bytes: originalBytes, values: fields.length } };
  return {
    stream,
    id,
    entryId: text(entryId),
    group: text(group),
    handler: text(handler),
    reason: text(reason) as DeadLetterView['reason'],
    attempts,
    errorName: text(errorName),
    errorMessage: cut(errorMessage, MAX_MESSAGE_LENGTH),
    errorStack: cut(errorStack, MAX_STACK_LENGTH),
    firstFailedMs: Date.parse(firstFailedAt) || timeOfEntryId(id),
    lastFailedMs: Date.parse(lastFailedAt) || timeOfEntryId(id),
    replays,
    partitionKey: partitionKey === undefined ? null : text(partitionKey),
    type: event && text(event.event_type),
    ...shownOf({ ...deadLetter, ...part }),
  };
}
