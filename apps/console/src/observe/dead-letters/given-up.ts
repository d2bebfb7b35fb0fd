import type { SeenStream } from '../picture.js';
import type { DeadLetterBook } from './dead-letter-book.js';

/** How long one look may read dead letters, in milliseconds. */
const DEAD_LETTERS_MS = 100;

/**
 * Updates which groups have dead letters, for streams whose number of dead letters has changed. Streams for which there is no time left
 * wait for the next look.
 */
export async function noteGivenUp(streams: Iterable<SeenStream>, book: DeadLetterBook): Promise<void> {
  const endsAt = performance.now() + DEAD_LETTERS_MS;
  for (const stream of streams) {
    if (stream.deadLetters === stream.givenUpAt) continue;
    const leftMs = endsAt - performance.now();
    if (leftMs <= 0) return;
    const deadLetters = await book.of(stream.name, leftMs);
    stream.givenUpBy = deadLetters.groups;
    stream.givenUpEntries = deadLetters.isComplete ? deadLetters.entries : null;
    stream.deadLetters = deadLetters.total;
    if (!deadLetters.isReading) stream.givenUpAt = deadLetters.total;
  }
}
