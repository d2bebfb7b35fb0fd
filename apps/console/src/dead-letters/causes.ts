import { createHash } from 'node:crypto';
import { compareEntryIds, timeOfEntryId, type DeadLetter } from 'nestjs-event-streams';
import type { DeadLetterCause, DeadLetterView } from '../contract/dead-letters.js';
import { groupBy } from '../grouping.js';
import { pairsOf } from '../streams/entry-summary.js';

const LONGEST_PATTERN = 200;

/** What differs between messages of one cause: ids, numbers, and what is quoted. */
const VARIABLE =
  /"[^"]*"|'[^']*'|“[^”]*”|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b|\d+([.,]\d+)*/gi;

/** A message without what differs from one event to the next. */
export function patternOf(message: string): string {
  const pattern = message
    .slice(0, 4 * LONGEST_PATTERN)
    .replace(VARIABLE, '…')
    .replace(/\s+/g, ' ')
    .trim();
  return pattern.length <= LONGEST_PATTERN ? pattern : `${pattern.slice(0, LONGEST_PATTERN - 1)}…`;
}

/** What all dead letters of a cause have in common, as a name for it. @param stream without prefix */
export function causeIdOf(stream: string, letter: DeadLetter): string {
  const { group, handler, reason, errorName, errorMessage } = letter;
  const common = JSON.stringify([stream, group, handler, reason, errorName, patternOf(errorMessage)]);
  return createHash('sha256').update(common).digest('hex').slice(0, 20);
}

/** The causes of a stream's dead letters, the one with most of them first. @param stream without prefix */
export function causesOf(stream: string, letters: readonly DeadLetter[]): DeadLetterCause[] {
  return [...groupBy(letters, (letter) => causeIdOf(stream, letter))]
    .map(([id, own]) => causeOf(id, stream, own))
    .filter((cause) => cause !== undefined)
    .sort((a, b) => b.count - a.count);
}

function causeOf(id: string, stream: string, letters: readonly DeadLetter[]): DeadLetterCause | undefined {
  const newest = letters.toSorted((a, b) => compareEntryIds(a.id, b.id)).at(-1);
  if (!newest) return undefined;
  const { group, handler, reason, errorName, errorMessage } = newest;
  const times = letters.map((letter) => timeOfEntryId(letter.id));
  return {
    id,
    stream,
    group,
    handler,
    reason,
    errorName,
    errorPattern: patternOf(errorMessage),
    count: letters.length,
    eventTypes: [...new Set(letters.flatMap(({ event }) => (event ? [event.event_type] : [])))].sort(),
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
    sample: viewOf(stream, newest),
  };
}

/** A dead letter for the page. @param stream without prefix */
export function viewOf(stream: string, letter: DeadLetter): DeadLetterView {
  const { firstFailedAt, lastFailedAt, partitionKey, fields, ...same } = letter;
  return {
    ...same,
    stream,
    firstFailedMs: Date.parse(firstFailedAt) || timeOfEntryId(letter.id),
    lastFailedMs: Date.parse(lastFailedAt) || timeOfEntryId(letter.id),
    key: partitionKey ?? null,
    fields: pairsOf(fields),
  };
}
