import { DeadLetterGoneError } from '../model/errors/dead-letter.js';
import type { MonitorClient } from '../stream/questions/monitor-client.js';
import type { Partitions } from '../stream/keys/partitions.js';
import { MAX_WHOLE_BYTES, peek } from '../stream/questions/peek.js';
import { rangePages, type RangeOptions } from '../stream/questions/range-pages.js';
import { REPLY_BYTES } from '../stream/entries/read-pace.js';
import type { StreamEntry } from '../stream/entries/stream-entry.js';
import { matches, type DeadLetterFilter } from './dead-letter-filter.js';
import { locate, nameOf } from './dead-letter-place.js';
import { parseDeadLetter, type DeadLetter } from './dead-letter.js';
import { newestEntries } from './newest-entries.js';

/** Dead letters of one stream, in a row. */
export interface DeadLetterPage {
  /** In the order that was asked for. */
  deadLetters: DeadLetter[];
  /** How large they are together, about, in bytes. */
  bytes: number;
  /** Nothing of the range is left. */
  isEnd: boolean;
}

/** Reads the dead letters of streams, over all partitions. */
export class DeadLetterReader {
  constructor(
    private readonly monitor: MonitorClient,
    private readonly partitions: Partitions,
  ) {}

  /** Those that match, oldest first, one partition after the other. @param options.after the id of one: those after it */
  async *scan(
    streamName: string,
    filter: DeadLetterFilter,
    options: { after?: string; wholeBytes?: number },
  ): AsyncGenerator<DeadLetter> {
    const { after, wholeBytes } = options;
    const place = after === undefined ? undefined : locate(after, this.partitions);
    for (let partition = place?.partition ?? 0; partition < this.partitions.count; partition += 1) {
      const from = partition === place?.partition ? `(${place.entryId}` : '-';
      yield* this.scanPartition(streamName, partition, filter, {
        from,
        ...(wholeBytes === undefined ? {} : { wholeBytes }),
      });
    }
  }

  /** Those of one partition that match. */
  async *scanPartition(
    streamName: string,
    partition: number,
    filter: DeadLetterFilter,
    range: RangeOptions,
  ): AsyncGenerator<DeadLetter> {
    const key = this.partitions.at(partition).deadLetters(streamName);
    for await (const { entries } of rangePages(this.monitor, key, range)) {
      for (const entry of entries) {
        const deadLetter = this.named(entry, partition);
        if (matches(deadLetter, filter)) yield deadLetter;
      }
    }
  }

  /** The newest of each partition, newest first. */
  async latest(streamName: string, count: number): Promise<DeadLetter[]> {
    const latest = await Promise.all(
      this.partitions.all.map(async (keyspace, partition) => {
        const entries = await newestEntries(this.monitor, keyspace.deadLetters(streamName), count);
        return entries.map((entry) => this.named(entry, partition));
      }),
    );
    return latest.flat();
  }

  /** A page is what one reply brings. */
  async *pages(streamName: string, range: RangeOptions): AsyncGenerator<DeadLetterPage> {
    for (const [partition, keyspace] of this.partitions.all.entries()) {
      const isLastPartition = partition === this.partitions.count - 1;
      for await (const { entries, bytes, isEnd } of rangePages(this.monitor, keyspace.deadLetters(streamName), range)) {
        const deadLetters = entries.map((entry) => this.named(entry, partition));
        yield { deadLetters, bytes, isEnd: isEnd && isLastPartition };
      }
    }
  }

  /** @throws DeadLetterGoneError when there is none of this id */
  async get(streamName: string, id: string, wholeBytes = MAX_WHOLE_BYTES): Promise<DeadLetter> {
    const place = locate(id, this.partitions);
    if (place) {
      const { keyspace, entryId } = place;
      const range = { from: entryId, to: entryId, order: 'oldest-first', count: 1 } as const;
      const question = peek(
        { key: keyspace.deadLetters(streamName), ...range },
        { replyBytes: REPLY_BYTES, wholeBytes },
      );
      const [entry] = (await this.monitor.ask(question)).entries;
      if (entry) return this.named(entry, place.partition);
    }
    throw new DeadLetterGoneError(streamName, id);
  }

  private named(entry: StreamEntry, partition: number): DeadLetter {
    const deadLetter = parseDeadLetter(entry);
    return { ...deadLetter, id: nameOf(deadLetter.id, partition, this.partitions) };
  }
}
