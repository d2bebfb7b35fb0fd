import type { RedisConnection } from '../connection/redis-connection.js';
import { pairs } from './pairs.js';
import type { StreamEntry } from './stream-client.js';

/** What `XINFO STREAM` says of a stream. */
export interface StreamRow {
  length: number;
  /** Entries that were ever appended. */
  entriesAdded: number;
  first: StreamEntry | null;
  last: StreamEntry | null;
}

/** What `XINFO GROUPS` says of a group. */
export interface GroupRow {
  name: string;
  consumers: number;
  /** Entries that were delivered and are not settled. */
  pending: number;
  lastDeliveredId: string;
  /** Entries that were not delivered yet; null when Redis does not know, which is not 0. */
  lag: number | null;
}

/** What `XINFO CONSUMERS` says of a consumer. */
export interface ConsumerRow {
  name: string;
  pending: number;
  /** Since it last asked for anything, in milliseconds. */
  idleMs: number;
}

/** A delivery that is not settled, as `XPENDING` says. */
export interface PendingEntry {
  id: string;
  consumer: string;
  /** Since it was delivered or its claim was renewed, in milliseconds. */
  idleMs: number;
  deliveries: number;
}

/** What `XPENDING` says of a group. */
export interface PendingSummary {
  count: number;
  /** The lowest and the highest pending id. */
  first: string | null;
  last: string | null;
  byConsumer: Record<string, number>;
}

const SCANNED_AT_ONCE = 1000;

type RawEntry = [id: string, fields: string[]] | null;
type Row = Record<string, unknown>;

/** The Redis commands that look and change nothing, typed. */
export class MonitorClient {
  constructor(private readonly connection: RedisConnection) {}

  /** @returns null when there is no such stream */
  async stream(key: string): Promise<StreamRow | null> {
    const row = toRow(await this.orMissing(this.connection.call((redis) => redis.xinfo('STREAM', key))));
    if (!row) return null;
    return {
      length: row['length'] as number,
      entriesAdded: (row['entries-added'] as number | undefined) ?? 0,
      first: toEntry(row['first-entry'] as RawEntry),
      last: toEntry(row['last-entry'] as RawEntry),
    };
  }

  async groups(key: string): Promise<GroupRow[]> {
    const reply = await this.orMissing(this.connection.call((redis) => redis.xinfo('GROUPS', key)));
    return toRows(reply).map((row) => ({
      name: row['name'] as string,
      consumers: row['consumers'] as number,
      pending: row['pending'] as number,
      lastDeliveredId: row['last-delivered-id'] as string,
      lag: (row['lag'] as number | null | undefined) ?? null,
    }));
  }

  async consumers(key: string, group: string): Promise<ConsumerRow[]> {
    const reply = await this.orMissing(this.connection.call((redis) => redis.xinfo('CONSUMERS', key, group)));
    return toRows(reply).map((row) => ({
      name: row['name'] as string,
      pending: row['pending'] as number,
      idleMs: row['idle'] as number,
    }));
  }

  async pending(key: string, group: string): Promise<PendingSummary> {
    const reply = await this.orMissing(this.connection.call((redis) => redis.xpending(key, group)));
    const [count, first, last, consumers] = (reply ?? [0, null, null, null]) as [
      number,
      string | null,
      string | null,
      [string, string][] | null,
    ];
    return {
      count,
      first,
      last,
      byConsumer: Object.fromEntries((consumers ?? []).map(([name, n]) => [name, Number(n)])),
    };
  }

  /** Single deliveries from `from` to `to` (entry ids, `-` and `+`). */
  async pendingEntries(key: string, group: string, from: string, to: string, count: number): Promise<PendingEntry[]> {
    const reply = await this.orMissing(this.connection.call((redis) => redis.xpending(key, group, from, to, count)));
    return ((reply ?? []) as [string, string, number, number][]).map(([id, consumer, idleMs, deliveries]) => ({
      id,
      consumer,
      idleMs,
      deliveries,
    }));
  }

  /** The keys of streams that a glob pattern fits: found by going through all keys, a thousand at a time. */
  async streams(pattern: string): Promise<string[]> {
    const keys = new Set<string>();
    let cursor = '0';
    do {
      const [next, found] = await this.connection.call((redis) =>
        redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCANNED_AT_ONCE, 'TYPE', 'stream'),
      );
      for (const key of found) keys.add(key);
      cursor = next;
    } while (cursor !== '0');
    return [...keys].sort();
  }

  /** The fields of a hash that a glob pattern fits, with their values. */
  async hashFields(key: string, pattern: string): Promise<Map<string, string>> {
    const fields = new Map<string, string>();
    let cursor = '0';
    do {
      const [next, found] = await this.connection.call((redis) =>
        redis.hscan(key, cursor, 'MATCH', pattern, 'COUNT', SCANNED_AT_ONCE),
      );
      for (const [field, value] of pairs(found)) fields.set(field, value);
      cursor = next;
    } while (cursor !== '0');
    return fields;
  }

  /**
   * Entries after a position of each stream. It belongs to no group, so nobody misses what it reads.
   *
   * @param positions by the streams' keys: the id after which to read
   * @param wait how long to wait at the server for the first one, and how long the answer may take beyond that; whatever
   * else is asked for on this connection waits, too. Default: it waits for nothing
   */
  async after(
    positions: ReadonlyMap<string, string>,
    count: number,
    wait?: { blockMs: number; timeoutMs: number },
  ): Promise<Map<string, StreamEntry[]>> {
    const streams = [...positions.keys(), ...positions.values()];
    const reply = await (wait
      ? this.connection.call(
          (redis) => redis.xread('COUNT', count, 'BLOCK', wait.blockMs, 'STREAMS', ...streams),
          wait.blockMs + wait.timeoutMs,
        )
      : this.connection.call((redis) => redis.xread('COUNT', count, 'STREAMS', ...streams)));
    return new Map((reply ?? []).map(([key, entries]) => [key, entries.map(([id, fields]) => ({ id, fields }))]));
  }

  async range(key: string, from: string, to: string, count: number): Promise<StreamEntry[]> {
    const entries = await this.connection.call((redis) => redis.xrange(key, from, to, 'COUNT', count));
    return entries.map(([id, fields]) => ({ id, fields }));
  }

  /**
   * The last entries, latest first.
   *
   * @param to where to begin, such as `(` and the last id of the page before
   */
  async latest(key: string, count: number, to = '+'): Promise<StreamEntry[]> {
    const entries = await this.connection.call((redis) => redis.xrevrange(key, to, '-', 'COUNT', count));
    return entries.map(([id, fields]) => ({ id, fields }));
  }

  length(key: string): Promise<number> {
    return this.connection.call((redis) => redis.xlen(key));
  }

  /** Who owns a partition; null when nobody does, or whoever did has not renewed its lease. */
  async lease(key: string): Promise<{ worker: string; epoch: number } | null> {
    const [fields, nowMs] = await Promise.all([
      this.connection.call((redis) => redis.hmget(key, 'owner', 'until', 'epoch')),
      this.now(),
    ]);
    const [worker, until, epoch] = fields;
    return worker && Number(until) > nowMs ? { worker, epoch: Number(epoch) } : null;
  }

  /** The server's clock, which entry ids are made from: milliseconds since 1970. */
  async now(): Promise<number> {
    const [seconds, microseconds] = await this.connection.call((redis) => redis.time());
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  }

  private async orMissing<T>(reply: Promise<T>): Promise<T | null> {
    try {
      return await reply;
    } catch (error) {
      if (error instanceof Error && /^(ERR no such key|NOGROUP)/.test(error.message)) return null;
      throw error;
    }
  }
}

function toRows(reply: unknown): Row[] {
  return ((reply ?? []) as unknown[]).map((row) => toRow(row) ?? {});
}

/** Name, value, name, value, … as an object. */
function toRow(reply: unknown): Row | null {
  if (!Array.isArray(reply)) return null;
  return Object.fromEntries(pairs(reply as unknown[])) as Row;
}

function toEntry(entry: RawEntry): StreamEntry | null {
  return entry ? { id: entry[0], fields: entry[1] } : null;
}
