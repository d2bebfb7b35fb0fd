import type { DeadLetter } from '../../../dead-letters/dead-letter.js';
import type { DeadLetterFilter } from '../../../dead-letters/dead-letters.js';
import { compareEntryIds } from '../../../stream/entry-id.js';
import { UnmetError, UsageError } from '../../cli-errors.js';
import type { Options, OptionSpecs } from '../../command.js';
import type { Session } from '../../session.js';
import { entryId } from '../../values.js';

/** Which dead letters: options of each command about several. */
export const FILTER_OPTIONS = {
  group: { type: 'string', value: '<name>', what: 'only those of this group' },
  handler: { type: 'string', value: '<name>', what: 'only those of this handler' },
  error: { type: 'string', value: '<name>', what: 'only those with this error, such as TypeError' },
  reason: {
    type: 'string',
    value: '<reason>',
    what: 'undecodable, unknown, invalid, unrecoverable, exhausted, crashed, parked',
  },
  type: { type: 'string', value: '<type>', what: 'only events of this type' },
  correlation: { type: 'string', value: '<id>', what: 'only events with this correlation id' },
} as const satisfies OptionSpecs;

const REASONS = FILTER_OPTIONS.reason.what.split(', ');
const PAGE = 100;

/** @throws UsageError when the reason is none */
export function filterOf(options: Options<typeof FILTER_OPTIONS>): DeadLetterFilter {
  const { group, handler, error: errorName, reason, type: eventType, correlation: correlationId } = options;
  if (reason !== undefined && !REASONS.includes(reason)) {
    throw new UsageError(`Expected --reason as one of ${REASONS.join(', ')}, got ${JSON.stringify(reason)}`);
  }
  const given = { group, handler, errorName, reason, eventType, correlationId };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The dead letters of a stream that fit, page by page, oldest first. */
export async function* deadLettersOf(
  { deadLetters }: Session,
  stream: string,
  filter: DeadLetterFilter,
): AsyncGenerator<DeadLetter> {
  let after: string | undefined;
  for (;;) {
    const page = await deadLetters.list(stream, filter, { count: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    after = page.at(-1)?.id;
    if (after === undefined || page.length < PAGE) return;
  }
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
): Promise<DeadLetter[]> {
  const filter = filterOf(options);
  const hasFilter = Object.keys(filter).length > 0;
  if (ids.length > 0 && (hasFilter || options.all)) {
    throw new UsageError('Expected ids, or --all or a filter, got both');
  }
  if (ids.length === 0 && !hasFilter && !options.all) {
    throw new UsageError('Expected which dead letters: ids, --all, or a filter such as --group or --error');
  }
  const letters: DeadLetter[] = [];
  if (ids.length > 0) {
    for (const id of new Set(ids.map(entryId))) letters.push(await session.deadLetters.get(stream, id));
  } else {
    for await (const letter of deadLettersOf(session, stream, filter)) letters.push(letter);
  }
  if (letters.length === 0) {
    const which = hasFilter ? ' that fits' : '';
    throw new UnmetError(`${session.keyspace.stream(stream)} has no dead letter${which}`);
  }
  return letters.sort((a, b) => compareEntryIds(a.entryId, b.entryId));
}
