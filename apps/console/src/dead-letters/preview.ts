import type { DeadLetter } from 'nestjs-event-streams';
import { groupBy } from 'nestjs-event-streams/internal';
import type { DeadLetterActionRequest, DeadLetterPreview } from '../contract/dead-letters.js';
import { payloadText, shownOf } from '../streams/entry-summary.js';
import { plural } from '../format/counts.js';
import { isEdit } from './edit.js';
import type { SelectedDeadLetters } from './selection.js';

type Receiver = DeadLetterPreview['receivers'][number];

/**
 * Describes what an action will do. Pure.
 *
 * @param request its `json` is valid
 * @param before the dead letter that is edited
 * @param workersOf how many workers a group has; null if not known
 */
export function previewOf(
  request: Pick<DeadLetterActionRequest, 'action' | 'data' | 'json'>,
  { stream, deadLetters, gone, beyond }: SelectedDeadLetters,
  before: DeadLetter | null,
  workersOf: (group: string) => number | null,
): DeadLetterPreview {
  const { action, data, json } = request;
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
      ? replayEffects(stream, receivers, isEdit(request))
      : [
          `${plural(deadLetters.length, 'dead letter')} of ${stream} will be removed and not delivered again. The entries stay in the stream.`,
        ];
  if (parked > 0)
    effects.push(
      `Parked behind another dead letter of the same key, and skipped unless that one is gone by then: ${String(parked)}.`,
    );
  if (wide > 0) effects.push(`Skipped because they have too many fields to be replayed: ${String(wide)}.`);
  if (gone > 0) effects.push(`Already replayed or discarded: ${String(gone)}.`);
  if (beyond > 0) {
    const others = beyond === 1 ? '1 more stays' : `${beyond.toLocaleString('en-US')} more stay`;
    effects.push(
      `These are the ${deadLetters.length.toLocaleString('en-US')} oldest events; ${others} as they are: repeat the action for those.`,
    );
  }
  effects.push(`The action is recorded in the history of ${stream}.`);
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
  const payload = isEdited ? 'with the payload below instead of the original one' : 'unchanged';
  return [
    ...receivers.map(
      ({ group, handler, count }) =>
        `${plural(count, 'event')} of ${stream} will be delivered again, only to ${handler === '-' ? 'the handlers' : handler} of ${group}, ${payload}.`,
    ),
    ...receivers
      .filter(({ consumersReading }) => consumersReading === 0)
      .map(({ group }) => `${group} has no worker: the events wait until one starts.`),
    'An event that fails again becomes a dead letter again.',
  ];
}
