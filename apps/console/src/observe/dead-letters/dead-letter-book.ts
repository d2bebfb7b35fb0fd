import { Injectable } from '@nestjs/common';
import { DeadLetters } from 'nestjs-event-streams';
import { Surveyor } from '../surveyor.js';
import { MAX_DEAD_LETTERS, StreamDeadLetters } from './stream-dead-letters.js';

/** How long one request may read, in milliseconds; the next one continues there. */
const MAX_MS = 500;

interface Kept {
  deadLetters: StreamDeadLetters;
  running: Promise<void>;
  /** The next refresh, which begins after the running one; requests in between share it. */
  next: Promise<StreamDeadLetters> | undefined;
}

/** The indexes of the dead letters of all streams, so that each dead letter is read once. */
@Injectable()
export class DeadLetterBook {
  private readonly streams = new Map<string, Kept>();

  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly surveyor: Surveyor,
  ) {}

  /** The up-to-date index of a stream's dead letters. @param stream without prefix */
  of(stream: string, longestMs = MAX_MS): Promise<StreamDeadLetters> {
    const kept = this.kept(stream);
    kept.next ??= kept.running.then(async () => {
      kept.next = undefined;
      const refreshed = kept.deadLetters.refresh(longestMs);
      kept.running = refreshed.catch(() => undefined);
      await refreshed;
      return kept.deadLetters;
    });
    return kept.next;
  }

  /** Removes the index of a stream that does not exist any more. */
  forget(stream: string): void {
    this.streams.delete(stream);
  }

  private kept(stream: string): Kept {
    let kept = this.streams.get(stream);
    if (!kept) {
      // The dead letters of several partitions have no common order, which an index needs to stay up to date.
      const most = this.surveyor.partitionCount === 1 ? MAX_DEAD_LETTERS : 0;
      const deadLetters = new StreamDeadLetters(stream, this.deadLetters, (name) => this.count(name), most);
      this.streams.set(stream, (kept = { deadLetters, running: Promise.resolve(), next: undefined }));
    }
    return kept;
  }

  private async count(stream: string): Promise<number> {
    const { streams } = await this.surveyor.survey({ streams: [{ stream, deadLetters: true }] });
    return streams[0]?.deadLetters ?? 0;
  }
}
