import type { DeadLetter } from 'nestjs-event-streams';
import type { DeadLetterActionRequest, DeadLetterPreview } from '../contract/dead-letters.js';
import { groupBy } from '../grouping.js';
import type { BookedDeadLetter } from '../observe/dead-letters/stream-dead-letters.js';
import { payloadText, shownOf } from '../streams/entry-summary.js';
import { plural } from '../overview/words.js';

type Receiver = DeadLetterPreview['receivers'][number];

/** What an action is about. */
export interface ActedOn {
  stream: string;
  /** Those that are there. */
  deadLetters: readonly BookedDeadLetter[];
  /** How many of the selection are not. */
  gone: number;
  /** How many more there are than one request does. */
  beyond: number;
}

/**
 * What an action will do, in words. Pure.
 *
 * @param 0 what is asked for; its `json` was checked
 * @param before the one that is edited
 * @param workersOf how many workers a group has; null where that is not known
 */
export function previewOf(
  { action, data, json }: Pick<DeadLetterActionRequest, 'action' | 'data' | 'json'>,
  { stream, deadLetters, gone, beyond }: ActedOn,
  before: DeadLetter | null,
  workersOf: (group: string) => number | null,
): DeadLetterPreview {
  const parked = deadLetters.filter(({ cause }) => cause.reason === 'parked').length;
  const wide = action === 'replay' ? deadLetters.filter(({ isWide }) => isWide).length : 0;
  const receivers = [...groupBy(deadLetters, ({ cause }) => JSON.stringify([cause.group, cause.handler])).values()].map(
    (own): Receiver => {
      const { group = '', handler = '' } = own[0]?.cause ?? {};
      return { group, handler, count: own.length, consumersReading: workersOf(group) };
    },
  );
  const effects =
    action === 'replay'
      ? replayEffects(stream, receivers, data !== undefined || json !== undefined)
      : [
          `${plural(deadLetters.length, 'dead letter')} of ${stream} will be removed; nobody gets them again. Entries stay in the stream.`,
        ];
  if (parked > 0)
    effects.push(`Parked behind another one of the same key, and left unless it is gone by then: ${String(parked)}.`);
  if (wide > 0) effects.push(`With too many fields to be replayed, and left: ${String(wide)}.`);
  if (gone > 0) effects.push(`Replayed or discarded by somebody meanwhile: ${String(gone)}.`);
  if (beyond > 0) {
    const others = beyond === 1 ? '1 more stays' : `${beyond.toLocaleString('en-US')} more stay`;
    effects.push(
      `These are the ${deadLetters.length.toLocaleString('en-US')} oldest events; ${others} as they are: do it again for those.`,
    );
  }
  effects.push(`It is noted in the history of ${stream}.`);
  const edited = editedOf(before, json ?? (data === undefined ? undefined : JSON.stringify(data)));
  return { action, count: deadLetters.length, gone, left: parked + wide, beyond, effects, receivers, edited };
}

function editedOf(deadLetter: DeadLetter | null, json: string | undefined): DeadLetterPreview['edited'] {
  if (json === undefined) return null;
  const before = deadLetter && shownOf(deadLetter);
  return {
    before: before?.event?.data ?? null,
    after: JSON.parse(json) as Record<string, unknown>,
    beforeText: before?.payload ?? null,
    afterText: payloadText(json),
  };
}

function replayEffects(stream: string, receivers: readonly Receiver[], isEdited: boolean): string[] {
  const payload = isEdited ? 'with the payload below instead of the original one' : 'as it was';
  return [
    ...receivers.map(
      ({ group, handler, count }) =>
        `${plural(count, 'event')} of ${stream} will be given to ${group} again, to ${handler === '-' ? 'its handlers' : handler} alone, ${payload}.`,
    ),
    ...receivers
      .filter(({ consumersReading }) => consumersReading === 0)
      .map(({ group }) => `No worker of ${group} is there: it waits until one is.`),
    'What fails again becomes a dead letter again.',
  ];
}
