import { isEntryId } from 'nestjs-event-streams/internal';
import { Problem } from '../access/problem.js';
import type { DeadLetterSelection } from '../contract/dead-letters.js';
import type { BookedDeadLetter } from '../observe/dead-letters/stream-dead-letters.js';

const MAX_IDS = 1000;
const CAUSE_ID = /^[0-9a-f]{20}$/;

/** The dead letters that an action applies to. */
export interface SelectedDeadLetters {
  stream: string;
  /** Those that still exist. */
  deadLetters: readonly BookedDeadLetter[];
  /** How many of the selection no longer exist. */
  gone: number;
  /** How many more were selected than one request handles. */
  beyond: number;
}

/** Checks the selection in a request's body. @throws Problem if it is invalid */
export function checkedSelection(given: unknown): DeadLetterSelection {
  const { stream, ids, causeId, upTo, ...others } = given as Record<string, unknown>;
  const isFewOfOne =
    typeof stream === 'string' &&
    Array.isArray(ids) &&
    ids.length > 0 &&
    ids.length <= MAX_IDS &&
    ids.every((id) => typeof id === 'string' && isEntryId(id)) &&
    causeId === undefined;
  const isCause =
    typeof causeId === 'string' &&
    CAUSE_ID.test(causeId) &&
    (upTo === undefined || (typeof upTo === 'string' && isEntryId(upTo))) &&
    stream === undefined;
  if (Object.keys(others).length === 0) {
    if (isFewOfOne) return { stream, ids: [...new Set(ids as string[])] };
    if (isCause) return { causeId, ...(typeof upTo === 'string' ? { upTo } : {}) };
  }
  throw new Problem(
    'invalid',
    `Expected selection as {stream, ids} with 1 to ${String(MAX_IDS)} ids of dead letters, or as {causeId, upTo?}`,
  );
}
