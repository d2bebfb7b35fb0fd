import { isEntryId } from 'nestjs-event-streams/internal';
import { Problem } from '../access/problem.js';

/** The position of a search through several streams. */
export interface JourneyCursor {
  /** Milliseconds since 1970; null for the start or the end of the stream. */
  from: number | null;
  to: number | null;
  /** The last entry that was read of each stream; `''` if the search there has not started, null if it is complete. */
  at: Record<string, string | null>;
}

/** As an opaque text for addresses. */
export function writeCursor(cursor: JourneyCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws Problem if it is not a cursor of this API */
export function readCursor(text: string): JourneyCursor {
  try {
    const { from, to, at } = JSON.parse(Buffer.from(text, 'base64url').toString()) as JourneyCursor;
    const places = Object.entries(at);
    const isRight =
      [from, to].every((ms) => ms === null || Number.isSafeInteger(ms)) &&
      places.every(([, id]) => id === null || id === '' || isEntryId(id));
    if (isRight) return { from, to, at: Object.fromEntries(places) };
  } catch {
    // Reported below.
  }
  throw new Problem('invalid', 'Expected cursor from the previous answer');
}
