import { Problem } from '../access/problem.js';
import { isEntryId } from '../streams/parameters.js';

/** Where a search through several streams goes on. */
export interface JourneyCursor {
  /** Milliseconds since 1970; null for the stream's ends. */
  from: number | null;
  to: number | null;
  /** The last entry of each stream that was looked at; `''` where it was not begun, null where it is through. */
  at: Record<string, string | null>;
}

/** As an opaque text for addresses. */
export function writeCursor(cursor: JourneyCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws Problem when it is none that was given before */
export function readCursor(text: string): JourneyCursor {
  try {
    const { from, to, at } = JSON.parse(Buffer.from(text, 'base64url').toString()) as JourneyCursor;
    const places = Object.entries(at);
    const isRight =
      [from, to].every((ms) => ms === null || Number.isSafeInteger(ms)) &&
      places.every(([, id]) => id === null || id === '' || isEntryId(id));
    if (isRight) return { from, to, at: Object.fromEntries(places) };
  } catch {
    // Said below.
  }
  throw new Problem('invalid', 'Expected cursor as the answer before gave it');
}
