import { deadLetterFinder, type DeadLetter } from '../dead-letter.js';
import type { StreamName } from '@shop/contracts/facts';
import type { Snapshot } from '../snapshot.js';

/** `1-0, 2-0` */
export function idsOf(records: readonly { id: string }[]): string {
  return records.map(({ id }) => id).join(', ');
}

/** Explains by a dead letter why a group has not handled an entry. */
export type Explain = (group: string, ...entries: readonly [stream: StreamName, id: string | undefined][]) => string;

/** Returns a function whose text explains what is missing. The text begins with a colon, or is empty if there is no dead letter. */
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
