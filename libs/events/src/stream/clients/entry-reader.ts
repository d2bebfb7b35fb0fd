import type { Connection } from '../../connection/connection.js';
import { EntriesParser } from '../entries/entries-parser.js';
import type { ConsumerAddress } from '../keys/consumer-address.js';
import type { StreamEntry } from '../entries/stream-entry.js';

/** Reads a group's entries, over a connection that is used for nothing else: a read blocks it. */
export class EntryReader {
  private readonly parser = new EntriesParser();

  /** @param timeoutMs how long an answer may take, the waiting at the server not included */
  constructor(
    readonly connection: Connection,
    private readonly timeoutMs: number,
  ) {}

  /** Waits up to `blockMs` for entries that no consumer of the group has got yet. @returns by the streams' keys */
  readNew(
    streamKeys: readonly string[],
    { group, consumer }: Omit<ConsumerAddress, 'streamKey'>,
    count: number,
    blockMs: number,
  ): Promise<Map<string, StreamEntry[]>> {
    const options = ['GROUP', group, consumer, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS'];
    const command = ['XREADGROUP', ...options, ...streamKeys, ...streamKeys.map(() => '>')] as const;
    return this.connection.read(command, this.parser, blockMs + this.timeoutMs);
  }
}
