import { type DeadLetter, type DeadLetterFilter, compareEntryIds } from 'nestjs-event-streams/core';
import { UnmetError, UsageError } from '../../cli-errors.js';
import type { Options } from '../../command.js';
import type { OptionSpecs } from '../../options.js';
import type { Session } from '../../session.js';
import { entryId } from '../../values.js';

/** Options that select dead letters. */
export const FILTER_OPTIONS = {
  group: { type: 'string', value: '<name>', what: 'only dead letters of this group' },
  handler: { type: 'string', value: '<name>', what: 'only dead letters of this handler' },
  error: { type: 'string', value: '<name>', what: 'only dead letters with this error, such as TypeError' },
  reason: {
    type: 'string',
    value: '<reason>',
    what: 'undecodable, unknown, invalid, unrecoverable, exhausted, crashed, parked',
  },
  type: { type: 'string', value: '<type>', what: 'only events of this type' },
  correlation: { type: 'string', value: '<id>', what: 'only events with this correlation id' },
} as const satisfies OptionSpecs;

const REASONS = FILTER_OPTIONS.reason.what.split(', ');
/** Up to which size a dead letter is read whole, in bytes, if its event is not shown. */
export const HEAD_BYTES = 32 * 1024;

/** The kept part of a dead letter that a command acts on: there can be very many, and large ones. */
export interface Chosen extends Pick<DeadLetter, 'id' | 'entryId' | 'group' | 'handler' | 'errorName'> {
  /** The event's type; null if the entry is not an event. */
  type: string | null;
}

/** @throws UsageError when the reason is none */
export function filterOf(options: Options<typeof FILTER_OPTIONS>): DeadLetterFilter {
  const { group, handler, error: errorName, reason, type: eventType, correlation: correlationId } = options;
  if (reason !== undefined && !REASONS.includes(reason)) {
    throw new UsageError(`Expected --reason as one of ${REASONS.join(', ')}, got ${JSON.stringify(reason)}`);
  }
  const given = { group, handler, errorName, reason, eventType, correlationId };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/**
 * The dead letters that a command is to act on, in the order of their originals: by their ids, by a filter, or all.
 *
 * @throws UsageError when nothing says which, UnmetError when there are none
 */
export async function select(
  session: Session,
  stream: string,
  ids: readonly string[],
  options: Options<typeof FILTER_OPTIONS> & { all?: boolean },
): Promise<Chosen[]> {
  const filter = filterOf(options);
  const hasFilter = Object.keys(filter).length > 0;
  if (ids.length > 0 && (hasFilter || options.all)) {
    throw new UsageError('Expected either ids of dead letters, or filters, or --all; got ids and another one');
  }
  if (ids.length === 0 && !hasFilter && !options.all) {
    throw new UsageError(
      'Expected ids of dead letters, a filter such as --group or --error, or --all; got none of them',
    );
  }
  const deadLetters: Chosen[] = [];
  const read = { wholeBytes: HEAD_BYTES };
  if (ids.length > 0) {
    for (const id of new Set(ids.map(entryId)))
      deadLetters.push(chosen(await session.deadLetters.get(stream, id, read)));
  } else {
    for await (const deadLetter of session.deadLetters.scan(stream, filter, read)) deadLetters.push(chosen(deadLetter));
  }
  if (deadLetters.length === 0) {
    const which = hasFilter ? ' that fits' : '';
    throw new UnmetError(`${session.keyspace.stream(stream)} has no dead letter${which}`);
  }
  return deadLetters.sort((a, b) => compareEntryIds(a.entryId, b.entryId));
}

function chosen({ id, entryId, group, handler, errorName, event }: DeadLetter): Chosen {
  return { id, entryId, group, handler, errorName, type: event?.event_type ?? null };
}
