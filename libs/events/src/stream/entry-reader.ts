import type { RedisConnection } from '../connection/redis-connection.js';
import { EntriesParser } from './entries-parser.js';
import { entryOf, MAX_TEXT_LENGTH, type RawEntry } from './raw-entry.js';
import type { ConsumerAddress } from './consumer-address.js';
import type { StreamEntry } from './stream-entry.js';

/** Reads a group's entries, over a connection that is used for nothing else: a read blocks it. */
export class EntryReader {
  private readonly parser = new EntriesParser();

  /** @param timeoutMs how long an answer may take, the waiting at the server not included */
  constructor(
    readonly connection: RedisConnection,
    private readonly timeoutMs: number,
  ) {}

  /** Waits up to `blockMs` for entries that no consumer of the group has got yet. @returns by the streams' keys */
  readNew(
    streams: readonly string[],
    { group, consumer }: Omit<ConsumerAddress, 'stream'>,
    count: number,
    blockMs: number,
  ): Promise<Map<string, StreamEntry[]>> {
    const command = ['GROUP', group, consumer, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS'];
    // The reply before may have been cut off.
    this.parser.reset();
    const args = ['XREADGROUP', ...command, ...streams, ...streams.map(() => '>')] as const;
    return this.connection.callRaw(args, this.parser, entriesOf, blockMs + this.timeoutMs);
  }
}

/** A reply to XREADGROUP as the parser gives it. */
function entriesOf(reply: unknown): Map<string, StreamEntry[]> {
  const streams = (reply ?? []) as [key: Buffer, entries: RawEntry[]][];
  return new Map(
    streams.map(([key, entries]) => [key.toString(), entries.map((entry) => entryOf(entry, MAX_TEXT_LENGTH))]),
  );
}
