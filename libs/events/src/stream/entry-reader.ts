import type { RedisConnection } from '../connection/redis-connection.js';
import { EntriesParser } from './entries-parser.js';
import type { ConsumerAddress, StreamEntry } from './stream-client.js';

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
    const command = ['XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS'];
    return this.read([...command, ...streams, ...streams.map(() => '>')], blockMs);
  }

  /** What this consumer was given and has not settled, after an id: what a lost reply contained is only there. */
  async readOwn({ stream, group, consumer }: ConsumerAddress, after: string, count: number): Promise<StreamEntry[]> {
    const command = ['XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', stream, after];
    return (await this.read(command, 0)).get(stream) ?? [];
  }

  private read(command: readonly (string | number)[], blockMs: number): Promise<Map<string, StreamEntry[]>> {
    // The reply before may have been cut off.
    this.parser.reset();
    return this.connection.callRaw(command, this.parser, blockMs + this.timeoutMs);
  }
}
