import { deadLetterFinder, type DeadLetter } from '../dead-letter.js';
import type { StreamName } from '@shop/contracts/facts';
import type { Snapshot } from '../snapshot.js';

/** `1-0, 2-0` */
export function idsOf(records: readonly { id: string }[]): string {
  return records.map(({ id }) => id).join(', ');
}

/** Says why a group did not do what it should have done about an entry, if a dead letter tells. */
export type Explain = (group: string, ...entries: readonly [stream: StreamName, id: string | undefined][]) => string;

/** Makes the dead letters explain what is missing; the text is empty, or goes on with a colon. */
export function explainer({ deadLetters }: Snapshot): Explain {
  const find = deadLetterFinder(deadLetters);
  return (group, ...entries) => {
    for (const [stream, id] of entries) {
      const deadLetter = id === undefined ? undefined : find(stream, id, group);
      if (deadLetter)
        return `: entry ${deadLetter.entryId} of ${stream} is a dead letter of ${group} (${causeOf(deadLetter)})`;
    }
    return '';
  };
}

function causeOf({ reason, errorName, errorMessage }: DeadLetter): string {
  return `${reason || 'no reason'}, ${errorName || 'no error'}: ${errorMessage}`;
}
