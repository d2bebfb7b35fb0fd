import type { Redis } from 'ioredis';
import type { RedisConnection } from '../connection/redis-connection.js';
import { runScript, type ScriptName } from './scripts.js';

/** An entry of a stream; `fields` is null when it was trimmed or deleted while it was pending. */
export interface StreamEntry {
  id: string;
  fields: readonly string[] | null;
}

/** A consumer of a group on one stream, by keys. */
export interface ConsumerAddress {
  stream: string;
  group: string;
  consumer: string;
}

/** The answer to a takeover: where to go on, what was claimed, and what was pending but is no longer in the stream. */
export interface ClaimReply {
  cursor: string;
  entries: StreamEntry[];
  deleted: string[];
}

/** What became of a settlement; see `lua/settle.lua`. */
export type SettleReply =
  | { status: 'committed'; ids: string[] }
  | { status: 'settled' }
  | { status: 'lost'; consumer: string }
  | { status: 'conflict'; key: string }
  | { status: 'refused'; why: string };

type RawEntry = [id: string, fields: string[] | null];

/** The Redis commands of this library, typed; nothing outside this folder knows them. */
export class StreamClient {
  constructor(readonly connection: RedisConnection) {}

  /** Makes the stream and the group, from the stream's beginning. @returns whether the group was missing */
  async ensureGroup(stream: string, group: string): Promise<boolean> {
    try {
      await this.connection.call((redis) => redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM'));
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('BUSYGROUP')) return false;
      throw error;
    }
  }

  /** Waits up to `blockMs` for entries that no consumer of the group has got yet. */
  async readNew(
    streams: readonly string[],
    { group, consumer }: Omit<ConsumerAddress, 'stream'>,
    count: number,
    blockMs: number,
    timeoutMs: number,
  ): Promise<Map<string, StreamEntry[]>> {
    const reply = await this.connection.call(
      (redis) =>
        // prettier-ignore
        redis.xreadgroup('GROUP', group, consumer, 'COUNT', count, 'BLOCK', blockMs,
          'STREAMS', ...streams, ...streams.map(() => '>')),
      blockMs + timeoutMs,
    );
    return byStream(reply);
  }

  /** What this consumer was given and has not settled, after an id: what a lost reply contained is only there. */
  async readOwn({ stream, group, consumer }: ConsumerAddress, after: string, count: number): Promise<StreamEntry[]> {
    const reply = await this.connection.call((redis) =>
      redis.xreadgroup('GROUP', group, consumer, 'COUNT', count, 'STREAMS', stream, after),
    );
    return byStream(reply).get(stream) ?? [];
  }

  /** Takes over entries that no consumer has renewed for `minIdleMs`. */
  async claim(
    { stream, group, consumer }: ConsumerAddress,
    minIdleMs: number,
    cursor: string,
    count: number,
  ): Promise<ClaimReply> {
    const reply = (await this.connection.call((redis) =>
      redis.xautoclaim(stream, group, consumer, minIdleMs, cursor, 'COUNT', count),
    )) as [string, (RawEntry | null)[], string[] | undefined];
    const entries = reply[1].filter((entry) => entry !== null).map(toEntry);
    return { cursor: reply[0], entries, deleted: reply[2] ?? [] };
  }

  /** Acknowledges entries, whoever holds them. */
  async acknowledge(stream: string, group: string, ids: readonly string[]): Promise<void> {
    await this.connection.call((redis) => redis.xack(stream, group, ...ids));
  }

  /** Fields of a hash; null for one that is not there. */
  hashFields(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return this.connection.call((redis) => redis.hmget(key, ...fields));
  }

  /** A read for a transaction: any read command on one key. What the reply has of text comes as bytes. */
  read(command: string, key: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.connection.call((redis) => redis.callBuffer(command, key, ...args));
  }

  async append(keys: readonly string[], values: readonly (string | number)[], timeoutMs?: number): Promise<string[]> {
    return (await this.script('append', keys, values, timeoutMs)) as string[];
  }

  async settle(keys: readonly string[], values: readonly (string | number)[]): Promise<SettleReply> {
    const [status, detail] = (await this.script('settle', keys, values)) as [SettleReply['status'], unknown];
    switch (status) {
      case 'committed':
        return { status, ids: detail as string[] };
      case 'settled':
        return { status };
      case 'lost':
        return { status, consumer: detail as string };
      case 'conflict':
        return { status, key: detail as string };
      case 'refused':
        return { status, why: detail as string };
    }
  }

  /** Renews the claim on deliveries that are still this consumer's. @returns the ids that no longer are */
  async renew({ stream, group, consumer }: ConsumerAddress, ids: readonly string[]): Promise<string[]> {
    return (await this.script('renew', [stream], [group, consumer, ...ids])) as string[];
  }

  /** Hands back what the consumer still holds, and removes it if that is nothing. @returns how many were handed back */
  async leave({ stream, group, consumer }: ConsumerAddress, idleMs: number): Promise<number> {
    return (await this.script('leave', [stream], [group, consumer, idleMs])) as number;
  }

  /** Removes consumers that hold nothing and were not seen for `idleMs`. @returns their names */
  async sweep({ stream, group, consumer }: ConsumerAddress, idleMs: number): Promise<string[]> {
    return (await this.script('sweep', [stream], [group, consumer, idleMs])) as string[];
  }

  /** Takes a dead letter away. @returns the replayed entry's id, '' when it was discarded, null when it was gone */
  async takeDeadLetter(keys: readonly string[], values: readonly (string | number)[]): Promise<string | null> {
    return (await this.script('take-dead-letter', keys, values)) as string | null;
  }

  private script(
    name: ScriptName,
    keys: readonly string[],
    values: readonly (string | number)[],
    timeoutMs?: number,
  ): Promise<unknown> {
    return this.connection.call((redis: Redis) => runScript(redis, name, keys, values), timeoutMs);
  }
}

function toEntry([id, fields]: RawEntry): StreamEntry {
  return { id, fields };
}

function byStream(reply: unknown): Map<string, StreamEntry[]> {
  return new Map(((reply ?? []) as [string, RawEntry[]][]).map(([stream, entries]) => [stream, entries.map(toEntry)]));
}
