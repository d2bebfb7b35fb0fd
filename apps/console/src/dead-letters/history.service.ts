import { Injectable } from '@nestjs/common';
import { compareEntryIds, DeadLetters, timeOfEntryId, type DeadLetterAction } from 'nestjs-event-streams';
import type { DeadLetterHistory } from '../contract/dead-letters.js';
import { DeadLetterBook } from '../observe/dead-letters/dead-letter-book.js';
import { DeadLetterStreams } from './dead-letter-streams.js';

const DEFAULT_COUNT = 50;

type Became = DeadLetterHistory['actions'][number]['became'];

/** The actions on dead letters, and the current state of those that were replayed. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly book: DeadLetterBook,
    private readonly streams: DeadLetterStreams,
  ) {}

  /** @throws Problem when there is no such stream */
  async history(stream?: string, count = DEFAULT_COUNT): Promise<DeadLetterHistory> {
    const names = await this.streams.names(stream);
    const found = await Promise.all(names.map((name) => this.ofStream(name, count)));
    return {
      actions: found
        .flat()
        .sort((a, b) => b.atMs - a.atMs)
        .slice(0, count),
    };
  }

  private async ofStream(stream: string, count: number): Promise<DeadLetterHistory['actions']> {
    const actions = await this.deadLetters.history(stream, count);
    const replayed = actions.filter(({ action }) => action === 'replayed');
    const groups = [...new Set(replayed.map(({ group }) => group))];
    // The dead letters are read after this, so that an event that fails in between is found among them.
    const replaying = await this.deadLetters.replaying(stream, groups);
    const deadLetters = replayed.length > 0 ? await this.book.of(stream) : undefined;
    const became = (one: Omit<DeadLetterAction, 'at' | 'verified'>): Became => {
      if (one.action === 'discarded' || !deadLetters) return null;
      const { entryId, group, handler } = one;
      const isAgain = deadLetters
        .of(entryId, group)
        .some(({ id, cause }) => (handler === '-' || cause.handler === handler) && compareEntryIds(id, one.id) > 0);
      if (isAgain) return 'dead-letter';
      if (replaying.some((back) => back.entryId === entryId && back.group === group)) return 'replaying';
      return deadLetters.covers(`${String(timeOfEntryId(one.id))}-0`) ? 'settled' : 'unknown';
    };
    return actions.map(({ at, verified, ...action }) => ({
      ...action,
      isVerified: verified,
      stream,
      atMs: Date.parse(at) || 0,
      became: became(action),
    }));
  }
}
