import { DeadLetterGoneError, KeyParkedError, OriginalGoneError } from '../model/errors/dead-letter.js';
import { EventPayloadError } from '../model/errors/publishing.js';
import type { OperatorNote } from '../model/operator-note.js';
import type { ResolvedOptions } from '../options/options.js';
import { compareEntryIds } from '../stream/entries/entry-id.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import type { RangeOptions } from '../stream/questions/range-pages.js';
import type { StreamClient } from '../stream/clients/stream-client.js';
import type { DeadLetterFilter } from './dead-letter-filter.js';
import { historyOf, type DeadLetterAction } from './dead-letter-history.js';
import { DeadLetterReader, type DeadLetterPage } from './dead-letter-reader.js';
import { DeadLetterTaker, type ReplacementPayload } from './dead-letter-taker.js';
import type { DeadLetter } from './dead-letter.js';
import { newestEntries } from './newest-entries.js';
import { pendingReplaysOf, type PendingReplay } from './pending-replays.js';

const PAGE = 100;
/** Up to which size a dead letter is read whole, in bytes, where a filter alone looks at it. */
const FILTERED_BYTES = 32 * 1024;
/** Why one of many cannot be taken: another operator was quicker, the first of its key brings it, or nobody can. It stays then. */
const STAYS = [DeadLetterGoneError, KeyParkedError, OriginalGoneError, EventPayloadError];

/**
 * Lists, inspects, replays and discards dead letters. Nest injects it. With partitions, a dead letter's id begins with its
 * partition's number: `3:1750000000000-0`.
 */
export class DeadLetters {
  private readonly reader: DeadLetterReader;
  private readonly taker: DeadLetterTaker;

  /** @internal */
  constructor(
    { producer }: Pick<ResolvedOptions, 'producer'>,
    client: StreamClient,
    private readonly monitor: MonitorClient,
    private readonly partitions: Partitions,
  ) {
    this.reader = new DeadLetterReader(monitor, partitions);
    this.taker = new DeadLetterTaker(client, partitions, producer);
  }

  /**
   * The dead letters of a stream, oldest first; with partitions, one partition after the other.
   *
   * @param streamName without prefix
   * @param options.after the id of the last one of the page before
   * @param options.count how many at most; default 100
   */
  async list(
    streamName: string,
    filter: DeadLetterFilter = {},
    options: { after?: string; count?: number } = {},
  ): Promise<DeadLetter[]> {
    const { after, count = PAGE } = options;
    const found: DeadLetter[] = [];
    for await (const deadLetter of this.scan(streamName, filter, after === undefined ? {} : { after })) {
      if (found.push(deadLetter) >= count) break;
    }
    return found;
  }

  /**
   * The dead letters of a stream that match, one after the other, oldest first, however many there are; with partitions, one
   * partition after the other.
   *
   * @param options.after the id of one: those after it
   * @param options.wholeBytes up to which size they come whole, as with {@link DeadLetters.pages}
   */
  scan(
    streamName: string,
    filter: DeadLetterFilter = {},
    options: { after?: string; wholeBytes?: number } = {},
  ): AsyncGenerator<DeadLetter> {
    return this.reader.scan(streamName, filter, options);
  }

  /** The dead letters of a stream, newest first; with partitions, of each. @param count how many at most, of each */
  latest(streamName: string, count = PAGE): Promise<DeadLetter[]> {
    return this.reader.latest(streamName, count);
  }

  /**
   * The dead letters of a stream page by page, however many and however large they are: a page is what one reply brings,
   * which is bounded in bytes. With partitions, one partition after the other.
   *
   * @param range.from and `to`: ids of dead letters, `(` before one leaves it out; with partitions, ids within each
   */
  pages(streamName: string, range: RangeOptions = {}): AsyncGenerator<DeadLetterPage> {
    return this.reader.pages(streamName, range);
  }

  /** What was replayed to these groups and is not settled yet, up to ten thousand for each of them. */
  replaying(streamName: string, groups: readonly string[]): Promise<PendingReplay[]> {
    return pendingReplaysOf(this.monitor, this.partitions, streamName, groups);
  }

  /**
   * One dead letter; of one larger than `wholeBytes` a part, as with {@link DeadLetters.pages}.
   *
   * @param options.wholeBytes default: 8 MiB
   * @throws DeadLetterGoneError when there is none of this id
   */
  get(streamName: string, id: string, options: { wholeBytes?: number } = {}): Promise<DeadLetter> {
    return this.reader.get(streamName, id, options.wholeBytes);
  }

  /**
   * Delivers a dead letter again: to the group that gave it up, and there to the handler that failed. Two replays of it at the same
   * time deliver it once.
   *
   * @param options.data another payload instead of the original's
   * @param options.json the same as JSON text, which keeps numbers digit by digit
   * @returns the id of the entry in the group's replays
   * @throws DeadLetterGoneError when somebody has replayed or discarded it meanwhile
   * @throws EventPayloadError when JSON cannot carry the other payload
   * @throws KeyParkedError when its partition key is parked, and it is not the first dead letter of the key
   * @throws OriginalGoneError when it holds only a part of its entry, and the entry is no longer in its stream
   */
  async replay(streamName: string, id: string, options: OperatorNote & ReplacementPayload = {}): Promise<string> {
    return this.taker.take(streamName, await this.get(streamName, id), 'replayed', options, options);
  }

  /**
   * Replays all that match the filter and are there now, in the order of their original entries. Of a parked key it replays the
   * first, which replays the others. Those that cannot be replayed stay.
   *
   * @returns how many
   */
  async replayAll(streamName: string, filter: DeadLetterFilter = {}, note: OperatorNote = {}): Promise<number> {
    return this.eachNow(streamName, filter, (id) => this.replay(streamName, id, note));
  }

  /** Removes a dead letter for good. @throws DeadLetterGoneError when it is not there any more */
  async discard(streamName: string, id: string, note: OperatorNote = {}): Promise<void> {
    await this.taker.take(streamName, await this.get(streamName, id), 'discarded', note);
  }

  /** Discards all that match the filter and are there now. @returns how many */
  async discardAll(streamName: string, filter: DeadLetterFilter = {}, note: OperatorNote = {}): Promise<number> {
    return this.eachNow(streamName, filter, (id) => this.discard(streamName, id, note));
  }

  /** What was replayed and discarded, latest first. */
  history(streamName: string, count = PAGE): Promise<DeadLetterAction[]> {
    return historyOf(this.monitor, this.partitions, streamName, count);
  }

  /** Only what is there now: a replay that fails makes a new dead letter at the end. */
  private async eachNow(
    streamName: string,
    filter: DeadLetterFilter,
    act: (id: string) => Promise<unknown>,
  ): Promise<number> {
    const found: { id: string; entryId: string }[] = [];
    for (const [partition, keyspace] of this.partitions.all.entries()) {
      const [last] = await newestEntries(this.monitor, keyspace.deadLetters(streamName), 1, 0);
      if (!last) continue;
      const range = { to: last.id, wholeBytes: FILTERED_BYTES };
      const deadLetters = this.reader.scanPartition(streamName, partition, filter, range);
      for await (const { id, entryId } of deadLetters) found.push({ id, entryId });
    }
    let count = 0;
    for (const { id } of found.sort((a, b) => compareEntryIds(a.entryId, b.entryId))) {
      try {
        await act(id);
        count += 1;
      } catch (error) {
        if (!STAYS.some((type) => error instanceof type)) throw error;
      }
    }
    return count;
  }
}
