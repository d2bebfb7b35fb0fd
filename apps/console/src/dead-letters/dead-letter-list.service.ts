import { Injectable } from '@nestjs/common';
import { compareEntryIds, DeadLetterGoneError, DeadLetters } from 'nestjs-event-streams';
import { Problem } from '../access/problem.js';
import type { DeadLetterCause, DeadLetterGroups, DeadLetterPage, DeadLetterView } from '../contract/dead-letters.js';
import { DeadLetterBook } from '../observe/dead-letters/dead-letter-book.js';
import type { BookedDeadLetter, StreamDeadLetters } from '../observe/dead-letters/stream-dead-letters.js';
import { isEntryId } from 'nestjs-event-streams/internal';
import { causeOf, causesOf, viewOf } from './causes.js';
import { DeadLetterStreams } from './dead-letter-streams.js';

const DEFAULT_COUNT = 50;
/** About how many characters a page of dead letters has, and up to which size each one is shown whole, in bytes. */
const MAX_PAGE_LENGTH = 2 * 1024 * 1024;
const LISTED_BYTES = 64 * 1024;

/** Lists dead letters, by their cause. */
@Injectable()
export class DeadLetterListService {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly book: DeadLetterBook,
    private readonly streams: DeadLetterStreams,
  ) {}

  /** @param stream without it, those of all streams. @throws Problem if the stream does not exist */
  async groups(stream?: string): Promise<DeadLetterGroups> {
    const found: StreamDeadLetters[] = [];
    for (const name of await this.streams.names(stream)) found.push(await this.book.of(name));
    return {
      total: found.reduce((sum, { total }) => sum + total, 0),
      lookedAt: found.reduce((sum, { size }) => sum + size, 0),
      entries: found.reduce((sum, { entries }) => sum + entries, 0),
      causes: found.flatMap((deadLetters) => causesOf(deadLetters)).sort((a, b) => b.lastMs - a.lastMs),
      isComplete: found.every(({ isComplete }) => isComplete),
      isReading: found.some(({ isReading }) => isReading),
    };
  }

  /** @throws Problem if no dead letter has this cause */
  async page(causeId: string, cursor: string | undefined, count = DEFAULT_COUNT): Promise<DeadLetterPage> {
    const { cause, deadLetters } = await this.ofCause(causeId);
    const rest = cursor === undefined ? deadLetters : deadLetters.filter(({ id }) => compareEntryIds(id, cursor) < 0);
    const page: DeadLetterView[] = [];
    let size = 0;
    let last: string | null = null;
    for (const { id } of rest.slice(0, count)) {
      if (size > MAX_PAGE_LENGTH) break;
      last = id;
      try {
        const deadLetter = viewOf(
          cause.stream,
          await this.deadLetters.get(cause.stream, id, { wholeBytes: LISTED_BYTES }),
        );
        size += lengthOf(deadLetter);
        page.push(deadLetter);
      } catch (error) {
        // It was replayed or discarded meanwhile.
        if (!(error instanceof DeadLetterGoneError)) throw error;
      }
    }
    return { cause, deadLetters: page, next: last === null || last === rest.at(-1)?.id ? null : last };
  }

  /** @throws Problem if it does not exist */
  async deadLetter(stream: string, id: string): Promise<DeadLetterView> {
    if (!isEntryId(id)) throw new Problem('invalid', 'Expected the id of a dead letter, such as 1795452268988-0');
    await this.streams.require(stream);
    try {
      return viewOf(stream, await this.deadLetters.get(stream, id));
    } catch (error) {
      if (error instanceof DeadLetterGoneError) throw new Problem('not-found', error.message);
      throw error;
    }
  }

  /** All dead letters of a cause, newest first. @throws Problem if no dead letter has this cause */
  async ofCause(causeId: string): Promise<{ cause: DeadLetterCause; deadLetters: BookedDeadLetter[] }> {
    for (const name of await this.streams.names()) {
      const deadLetters = [...(await this.book.of(name))].filter(({ cause }) => cause.id === causeId);
      const cause = causeOf(deadLetters);
      if (cause) return { cause, deadLetters };
    }
    throw new Problem('not-found', 'No dead letter has this cause: all were replayed or discarded');
  }
}

/** About how many characters a dead letter adds to a page. */
function lengthOf({ fields, errorMessage, errorStack }: DeadLetterView): number {
  const own = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return own + errorMessage.length + errorStack.length;
}
